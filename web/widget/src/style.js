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
  --height: var(--ticker-height, 44px);
  color-scheme: var(--ticker-color-scheme, inherit);
  display: block;
  block-size: var(--height);
  container-type: inline-size;
}
:host([display=list]) { --height: var(--ticker-height, 320px); }
@media (width < 480px) { :host([display=rotate]) { --height: var(--ticker-height, 148px); } }
[hidden] { display: none !important; }
[part=strip] {
  display: flex;
  block-size: 100%;
  overflow: clip;
  background: var(--ground);
  color: var(--ink);
  border-block: var(--line);
  font: var(--ticker-font-size, 15px)/1.45 var(--ticker-font, system-ui, sans-serif);
  text-align: start;
}
:lang(ar) { font-size: var(--ticker-font-size, 17px); }
[part=label], [part=status], [part=controls] { display: flex; align-items: center; padding-inline: 16px; gap: .3em; white-space: nowrap; }
[part=label] { border-inline-end: 1px solid #0000; background: var(--signal); color: var(--ticker-on-signal, light-dark(#fff, #101418)); font-weight: 700; }
[part=viewport], [part=fallback], [part=none] { flex: 1; min-inline-size: 0; display: block; overflow: auto; scrollbar-width: thin; }
[part=fallback], [part=none] { place-self: center start; padding-inline: 16px; }
[part=controls] { min-inline-size: 0; padding: 0; gap: 0; justify-self: end; border-inline-start: var(--line); }
ul { display: flex; align-items: center; min-block-size: 100%; margin: 0; padding: 0; }
li { display: flex; align-items: baseline; gap: 8px; padding: 8px 16px; animation: fresh .2s; }
li::before { content: "•" / ""; inline-size: 8px; color: var(--muted); }
.urgent::before { content: "■" / ""; color: var(--signal); }
time, [part=mark], [part=status], [part=counter] { font-size: .87em; font-variant-numeric: tabular-nums; white-space: nowrap; }
[part=counter]:not(:empty) { padding-inline-start: 12px; }
[part=none], [part=counter] { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
time, [part=none] { color: var(--muted); }
a { color: inherit; text-decoration: none; }
a:hover { text-decoration: underline; }
[part=source], .urgent [part=text], [part=counter] { font-weight: 600; }
[part=status], [part=mark] { color: var(--notice); }
[part=mark]:not(:empty) { margin-inline: 8px; padding-inline: 6px; background: var(--tint); }
button { flex: none; min-inline-size: 44px; block-size: 100%; padding: 0; border: 0; background: none; color: inherit; font: inherit; cursor: pointer; }
button::before { font: 28px/0 system-ui; vertical-align: -.1em; }
[part=previous]::before { content: "‹" / ""; }
[part=next]::before { content: "›" / ""; }
[part=pause]::before { content: ""; display: block; inline-size: 4px; block-size: 14px; margin: auto; border: solid; border-width: 0 4px; }
[part=pause].go::before { inline-size: 0; block-size: 0; border-width: 7px 6px; clip-path: polygon(0 0, 100% 50%, 0 100%); }
:focus-visible { outline: 2px solid; outline-offset: -2px; }
[part=announce]:not(:focus), ::slotted([slot=announcer]) { position: absolute; clip-path: inset(50%); inline-size: 1px; min-inline-size: 0; overflow: hidden; }
.crawl li { flex: none; white-space: nowrap; }
.crawl :is([part=previous], [part=next]), .list :is([part=previous], [part=next]) { display: none; }
.list { display: grid; grid: 44px 1fr / auto 1fr minmax(0, auto); }
.list > :is([part=viewport], [part=fallback], [part=none]) { grid-area: 2 / 1 / 3 / 4; }
@container (inline-size < 480px) {
  .rotate { display: grid; grid: 44px 1fr / auto 1fr minmax(0, auto); }
  .rotate > :is([part=viewport], [part=fallback], [part=none]) { grid-area: 2 / 1 / 3 / 4; }
}
.list ul { display: block; }
.list li { border-block-start: var(--line); }
.list time { min-inline-size: 6em; }
@media (prefers-reduced-motion: no-preference) {
  .crawl:not(.still, :has(a:focus-visible)) {
    [part=viewport] { overflow: hidden; }
    ul { inline-size: 2e5px; --way: -1; animation: crawl calc(1e6s / var(--speed)) linear infinite; }
    ul:dir(rtl) { --way: 1; }
    ul::before { content: ""; order: -1; flex: none; inline-size: var(--lead); }
  }
  li:has([part=mark]:not(:empty)) { animation: changed 1.5s; }
}
@media (prefers-reduced-motion) { li { order: 0 !important; margin: 0 !important; animation: none; } }
@media (hover) { [part=viewport]:hover ul { animation-play-state: paused !important; } }
@keyframes crawl { to { transform: translateX(calc(var(--way) * 1e6px)); } }
@keyframes fresh { from { opacity: 0; } }
@keyframes changed { from { background: var(--tint); } }
@container (inline-size < 480px) {
  [part=label], [part=status], li { padding-inline: 8px; }
  [part=status] span { font-size: 0; }
  [part=status]::before { content: "⚠\\fe0e " / ""; }
}
`;

export const sheet = new CSSStyleSheet();
sheet.replaceSync(CSS);
