/**
 * The widget's looks. Custom properties `--ticker-*` and the parts are the page's handles; all else is the widget's own.
 * The scheme is the page's `color-scheme`: light unless the page, or `--ticker-color-scheme`, says that it can be dark.
 */
const CSS = /* css */ `
* { box-sizing: border-box; }
:host {
  --ground: var(--ticker-ground, light-dark(#fff, #101418));
  --ink: var(--ticker-ink, light-dark(#14171a, #f1f3f5));
  --signal: var(--ticker-signal, light-dark(#b3001b, #ff5a6a));
  --notice: var(--ticker-notice, light-dark(#8a5a00, #ffc74d));
  --muted: color-mix(in srgb, var(--ink) 65%, var(--ground));
  --line: 1px solid color-mix(in srgb, var(--ink) 15%, var(--ground));
  --tint: color-mix(in srgb, var(--notice) 12%, var(--ground));
  color-scheme: var(--ticker-color-scheme, inherit);
  display: block;
  block-size: var(--ticker-height, 44px);
  min-block-size: min-content;
  container-type: inline-size;
}
:host([display=list]) { block-size: var(--ticker-height, 320px); }
[hidden], :host([hidden]) { display: none !important; }
[part=strip] {
  all: initial;
  box-sizing: border-box;
  color-scheme: inherit;
  visibility: inherit;
  pointer-events: inherit;
  display: flex;
  grid: 44px 1fr / auto 1fr auto minmax(0, auto);
  block-size: 100%;
  overflow: clip;
  background: var(--ground);
  color: var(--ink);
  border-block: var(--line);
  font: var(--ticker-font-size, 15px)/1.45 var(--ticker-font, system-ui, sans-serif);
}
:lang(ar) { font-size: var(--ticker-font-size, 17px); }
[part=label], [part=controls] { display: flex; align-items: center; white-space: nowrap; }
[part=label] { padding-inline: 16px; border-inline-end: 1px solid #0000; background: var(--signal); color: var(--ticker-on-signal, light-dark(#fff, #101418)); font-weight: 700; }
[part=viewport], [part=fallback] { flex: 1; grid-area: 2 / 1 / 3 / 5; min-inline-size: 0; display: block; overflow: auto; }
[part=fallback] { place-self: center start; padding-inline: 16px; }
[part=controls] { min-inline-size: 45px; justify-self: end; border-inline-start: var(--line); }
.rotate [part=controls] { min-inline-size: 133px; }
ul { display: flex; align-items: center; min-block-size: 100%; margin: 0; padding: 0; }
li { display: flex; align-items: baseline; gap: 0 8px; padding: 0 16px; }
li::before { content: "•" / ""; flex: none; inline-size: .8em; color: var(--muted); }
.urgent::before { content: "■" / ""; color: var(--signal); }
time, [part=mark] { font-size: .87em; font-variant-numeric: tabular-nums; white-space: nowrap; }
time { color: var(--muted); }
a { color: inherit; text-decoration: none; }
[part=source], .urgent [part=text] { font-weight: 600; }
[part=mark] { color: var(--notice); }
[part=mark]:not(:empty) { margin-inline: 8px; padding-inline: 6px; background: var(--tint); }
.crawl li { flex: none; white-space: nowrap; }
.list { display: grid; }
@media (height > 44px) {
  @container (inline-size < 480px) {
    .rotate { display: grid; min-block-size: max(120px, var(--ticker-height, 148px)); }
    .rotate > [part=viewport] { margin-block-start: 8px; block-size: round(down, 100% - 8px, 1lh); }
    .rotate [part=controls] { border: 0; }
    :is(.list, .rotate) li { flex-wrap: wrap; }
    :is(.list, .rotate) a { flex-basis: 100%; }
  }
}
.list ul { display: block; }
.list li { padding-block: 8px; border-block-start: var(--line); }
.list time { flex: none; min-inline-size: 7em; }
.waits [part=viewport] { overflow: hidden; }
.rotate.waits li + li { display: none; }
@container (inline-size < 480px) {
  [part=label], li { padding-inline: 8px; }
  [part=label] { font-size: .87em; }
  .rotate [part=controls] { min-inline-size: 109px; }
}
`;

export const sheet = new CSSStyleSheet();
sheet.replaceSync(CSS);
