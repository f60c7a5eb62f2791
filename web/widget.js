/**
 * The address that pages embed: `<script type="module" src="https://HOST/widget.js"></script>`.
 * It defines `<breaking-ticker>` and touches nothing else on the page.
 */
import "./widget/define.js";

export { BreakingTickerElement } from "./widget/breaking-ticker-element.js";
