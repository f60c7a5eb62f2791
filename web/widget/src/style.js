/**
 * The widget's looks. Custom properties `--ticker-*` and the parts `strip label viewport track line time source text link
 * mark counter status controls pause` are the page's handles; all else is the widget's own.
 */
const CSS = /* css */ `
:host {
  --ground: var(--ticker-ground, #fff);
  --ink: var(--ticker-ink, #14171a);
  --muted: var(--ticker-muted, #5b6470);
  --hairline: var(--ticker-hairline, #dfe3e7);
  --signal: var(--ticker-signal, #b3001b);
  --on-signal: var(--ticker-on-signal, #fff);
  --notice: var(--ticker-notice, #8a5a00);
  --notice-ground: var(--ticker-notice-ground, #fff6e0);
  --focus: var(--ticker-focus, #0b5fff);
  --height: var(--ticker-height, 44px);
  display: block;
  min-block-size: var(--height);
}
:host([hidden]) { display: none; }
@media (prefers-color-scheme: dark) {
  :host {
    --ground: var(--ticker-ground, #101418);
    --ink: var(--ticker-ink, #f1f3f5);
    --muted: var(--ticker-muted, #9aa4af);
    --hairline: var(--ticker-hairline, #2a3138);
    --signal: var(--ticker-signal, #ff5a6a);
    --on-signal: var(--ticker-on-signal, #101418);
    --notice: var(--ticker-notice, #ffc74d);
    --notice-ground: var(--ticker-notice-ground, #3a2f12);
    --focus: var(--ticker-focus, #8ab4ff);
  }
}
section {
  display: flex;
  box-sizing: border-box;
  block-size: var(--height);
  overflow: clip;
  background: var(--ground);
  color: var(--ink);
  border-block: 1px solid var(--hairline);
  font: 400 15px/1.45 var(--ticker-font, system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, "Noto Sans Arabic", "Geeza Pro", Tahoma, sans-serif);
  font-size: var(--ticker-font-size, 15px);
  text-align: start;
  container-type: inline-size;
}
[part=label], [part=status], [part=counter], [part=controls] { display: flex; flex: none; align-items: center; white-space: nowrap; }
[part=label] {
  padding-inline: 16px;
  background: var(--signal);
  color: var(--on-signal);
  font-size: 13px;
  font-weight: 700;
  letter-spacing: .04em;
  text-transform: uppercase;
}
[part=viewport], .fallback { flex: 1; min-inline-size: 0; overflow: clip; }
.fallback { overflow-x: auto; scrollbar-width: thin; line-height: calc(var(--height) - 2px); padding-inline: 16px; white-space: nowrap; }
.ready .fallback, section:not(.ready) :is([part=viewport], [part=controls]), section:not(.empty) .none { display: none; }
.empty [part=viewport] { display: none; }
.none { flex: 1; align-self: center; min-inline-size: 0; padding-inline: 16px; overflow: hidden; color: var(--muted); text-overflow: ellipsis; white-space: nowrap; }
[part=track] { display: flex; inline-size: 100%; block-size: 100%; will-change: transform; }
.row { overflow-x: auto; overflow-y: hidden; scroll-padding-inline: 16px; scrollbar-width: thin; }
.row [part=track] { will-change: auto; }
ul { display: flex; flex: none; align-items: center; min-inline-size: 100%; block-size: calc(var(--height) - 2px); margin: 0; padding: 0; list-style: none; }
ul.past { min-inline-size: 0; }
.single ul[aria-hidden] { display: none; }
li { display: flex; flex: none; align-items: baseline; gap: 8px; padding-inline: 16px; white-space: nowrap; }
li::before { content: ""; align-self: center; margin-inline-end: 4px; border: 2px solid var(--muted); border-radius: 50%; }
li.urgent::before { border-width: 4px; border-color: var(--signal); border-radius: 0; }
li.fresh { animation: fresh 180ms ease-out; }
li.changed { animation: changed 1.5s ease-out; }
@keyframes fresh { from { opacity: 0; } }
@keyframes changed { from { background: var(--notice-ground); } }
@media (prefers-reduced-motion: reduce) { li.fresh, li.changed { animation: none; } }
time, [part=mark], [part=status], [part=counter] { font-size: 13px; font-variant-numeric: tabular-nums; }
time { color: var(--muted); }
a { color: inherit; text-decoration: none; }
a:hover { text-decoration: underline; text-underline-offset: 3px; }
[part=source] { font-weight: 600; }
li.urgent [part=text] { font-weight: 600; }
[part=mark] { padding-inline: 6px; border-radius: 2px; background: var(--notice-ground); color: var(--notice); }
[part=mark]:empty, [part=counter]:empty, [part=status]:not(.lost) { display: none; }
[part=status] { padding-inline: 12px; color: var(--notice); border-inline-start: 1px solid var(--hairline); }
[part=controls] { border-inline-start: 1px solid var(--hairline); }
[part=counter] { padding-inline: 12px 4px; font-weight: 600; }
button {
  display: grid;
  place-content: center;
  inline-size: 44px;
  block-size: 100%;
  margin: 0;
  padding: 0;
  border: 0;
  border-radius: 2px;
  background: none;
  color: inherit;
  cursor: pointer;
}
svg { inline-size: 16px; block-size: 16px; fill: currentColor; }
button:not(.stopped) .resume, button.stopped .pause { display: none; }
a:focus-visible, .fallback:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }
button:focus-visible { outline: 2px solid var(--focus); outline-offset: -4px; }
.announcer { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
:lang(ar)[part=label], :lang(ar) [part=label] { font-size: 17px; letter-spacing: 0; text-transform: none; }
section:lang(ar), [part=viewport]:lang(ar) { font-size: var(--ticker-font-size, 17px); line-height: 1.7; }
:lang(ar) :is(time, [part=mark]), :lang(ar):is([part=status], [part=counter]) { font-size: 15px; }
@container (inline-size < 480px) {
  [part=label] { padding-inline: 8px; }
  li { padding-inline: 8px; }
  button { inline-size: 36px; }
  [part=status] { padding-inline: 8px; }
  [part=status] .long { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); }
  [part=counter] { padding-inline-start: 8px; }
}
@container (inline-size >= 480px) { [part=status] .short { display: none; } }
[part=status] .short::before { content: "\\26A0\\FE0E "; }
@media (forced-colors: active) {
  [part=label] { border-inline-end: 1px solid; }
  li.urgent::before { border-color: Mark; forced-color-adjust: none; }
}
`;

export const sheet = new CSSStyleSheet();
sheet.replaceSync(CSS);
