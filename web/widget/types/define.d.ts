/** Defines the tag. A page that loads the script twice, or two versions of it, keeps the first. */
import { BreakingTickerElement } from "./breaking-ticker-element.js";
export { BreakingTickerElement };
