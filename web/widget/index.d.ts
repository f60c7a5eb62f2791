/** The types of the package, written by hand for what JSDoc cannot say: that a tag of this name is this element. */
import type { BreakingTickerElement } from "./types/breaking-ticker-element.js";

export { BreakingTickerElement } from "./types/breaking-ticker-element.js";
export type { Events, Line, Status } from "./types/breaking-ticker-element.js";

declare global {
  interface HTMLElementTagNameMap {
    "breaking-ticker": BreakingTickerElement;
  }
}
