/** The looks of what moves, and of what stands beside the lines. */
const CSS = /* css */ `
[part=viewport] { scrollbar-width: thin; scrollbar-color: var(--muted) #0000; }
a { overflow-wrap: anywhere; }
a:hover { text-decoration: underline; }
:focus-visible { outline: 2px solid; outline-offset: -2px; }
.list a:focus-visible { outline-offset: 2px; }
:is(.crawl, .rotate) a:focus-visible { margin-inline: -4px; padding-inline: 4px; }
@media (prefers-reduced-motion: no-preference) {
  .crawl:not(.still, :has(a:focus-visible)) {
    [part=viewport] { overflow: hidden; }
    ul { inline-size: 2e5px; --way: -1; animation: crawl calc(1e6s / var(--speed)) linear infinite; }
    ul:dir(rtl) { --way: 1; }
  }
}
li:empty::before { content: none; }
.crawl ul::before { content: ""; order: -1; flex: none; inline-size: var(--lead); }
.crawl ul::after { content: ""; order: 999; flex: none; inline-size: var(--tail); block-size: 1px; }
.list ul::before, .list ul::after { content: ""; display: block; block-size: var(--lead); }
.list ul::after { block-size: var(--tail); }
.tight { align-items: center; white-space: normal !important; }
.tight a { position: relative; max-block-size: round(down, var(--ticker-height, 44px) - 2px, 1lh); overflow: hidden; font-size: .75em; line-height: 1.15; }
.tight a * { font-size: inherit; }
.cut [part=mark] { position: absolute; inset-block-end: 0; inset-inline-end: 0; margin: 0; background: var(--tint); }
.cut [part=mark]::before { content: "… " / ""; }
@media (prefers-reduced-motion) { li { order: 0 !important; margin: 0 !important; } }
@media (hover) { [part=viewport]:hover:not(.left) ul { animation-play-state: paused !important; } }
@keyframes crawl { to { transform: translateX(calc(var(--way) * 1e6px)); } }
[part=status], [part=counter], [part=controls] { order: 1; }
[part=status] { display: flex; align-items: center; padding-inline: 16px; gap: .3em; color: var(--notice); }
[part=status], [part=counter] { font-size: .87em; font-variant-numeric: tabular-nums; white-space: nowrap; }
[part=none] { place-self: center start; flex: 1; grid-area: 2 / 1 / 3 / 5; padding-inline: 16px; color: var(--muted); }
[part=none], [part=counter] { min-inline-size: 0; line-height: 1.15; white-space: normal; }
[part=counter] { place-self: stretch end; align-content: center; margin-inline-start: auto; padding-inline-start: 12px; font-weight: 600; }
[part=counter]::after { content: attr(data-most) / ""; display: block; block-size: 0; visibility: hidden; }
.list [part=counter] { padding-inline-end: 12px; }
.crawl [part=counter] { border-inline-start: var(--line); }
.crawl [part=counter]:not([hidden]) + [part=controls] { border-color: #0000; }
@container (inline-size >= 480px) {
  .rotate > [part=viewport] { align-self: center; block-size: round(down, 100%, 1.2em); }
  .rotate ul { line-height: 1.2; }
}
@media (height <= 44px) {
  @container (inline-size < 480px) { .rotate time { display: none; } }
}
.rotate [part=viewport] { scrollbar-width: none; }
.rotate [part=mark] { line-height: 0; }
.pinned time::after { content: " · " var(--pinned); }
@container (inline-size >= 480px) { .list .pinned time::after { content: var(--pinned); display: block; } }
button { flex: none; min-inline-size: 44px; block-size: 100%; padding: 0; border: 0; background: none; color: inherit; font: inherit; cursor: pointer; }
button::before { font: 28px/0 system-ui; vertical-align: -.1em; }
[part=previous]::before { content: "‹" / ""; }
[part=next]::before { content: "›" / ""; }
:has(> .more) [part=next]::before { content: "⌄" / ""; vertical-align: .1em; }
:is(.crawl, .list) :is([part=previous], [part=next]) { display: none; }
[part=pause]::before { content: ""; display: block; inline-size: 4px; block-size: 14px; margin: auto; border: solid; border-width: 0 4px; }
[part=pause].go::before { inline-size: 0; block-size: 0; border-width: 7px 6px; clip-path: polygon(0 0, 100% 50%, 0 100%); }
[part=announce]:focus { padding-inline: 8px; }
[part=announce][aria-pressed=true] { text-decoration: underline 2px; }
[part=announce][aria-pressed=false] { text-decoration: line-through; }
[part=announce]:not(:focus), ::slotted([slot=announcer]) { position: absolute !important; clip-path: inset(50%) !important; inline-size: 1px !important; min-inline-size: 0; block-size: 1px !important; overflow: hidden !important; }
@container (inline-size < 720px) {
  .rotate [part=counter] { min-inline-size: 36px; padding: 0 4px; font-size: 0; }
  .rotate [part=counter]:not(:empty)::before { content: "+" attr(data-count) / ""; font-size: 13px; }
  .rotate [part=counter]::after { content: none; }
}
@container (inline-size < 480px) {
  [part=status], [part=none] { padding-inline: 4px; }
  .rotate button { min-inline-size: 36px; }
  .rotate a:focus-visible { flex-basis: calc(100% + 8px); }
  [part=none] { font-size: .87em; }
  :has([part=announce]:focus) > [part=counter] { display: none; }
  [part=status] span { font-size: 0; }
  [part=status]::before { content: "⚠\\fe0e " / ""; }
}
`;

export const sheet = new CSSStyleSheet();
sheet.replaceSync(CSS);
