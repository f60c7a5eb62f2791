/**
 * How the lines go by: style makes of the one list a strip that crawls, one line at a time, or a column; what differs here is
 * which line comes next, and along which axis the reader's place is kept.
 *
 * The lines go by as a belt. In the crawl they stand in a row, and one animation of the list's `transform`, run by the
 * compositor, moves them; no script runs per frame. About once a second those that have left at the start are put to the
 * end of the belt, unseen, and room as wide takes their place: what is in view stays where it is in the list, so that no
 * browser counts it as a shift. Everything comes and goes at that seam: news stands right behind what is in view, however
 * long the round, and the lines after it go on where they were. What is in view keeps its place until it has gone by: a
 * withdrawn line leaves it empty, a shorter correction as wide, a longer one stands in it in smaller rows; what newer lines
 * pushed out is shown to its end. Each line is there once, so nothing is hidden from anybody. One line at a time: the first
 * of the belt.
 *
 * A crawl that stands still (the reader paused, or follows links by keyboard) is a row that scrolls, in the order of the
 * belt, and closes over a withdrawn line, whose gap might never be out of view; who wants no motion has it in the order of
 * the lines. Around every change the first line in view is remembered and put back where it stood. Where nothing in view is
 * to stay, as when another channel comes, all starts at the beginning.
 */
/** @typedef {import("./line-item.js").Item} Item */
/** @typedef {import("./line-item.js").Writing} Writing */
/** @typedef {import("./lines.js").Line} Line */

const NEWS = 2; // s that a line stands alone before news
const DWELL = 5; // s before another line, and one more for each
const READ = 20; // letters
const LEAD_MOST = 1e5; // px: from there on the animation starts anew
const FADE = 180; // ms that a new line takes to appear
const GLIDE = 1000; // ms that a list takes at most to go up to its newest line
const MINUTE = 60_000; // ms

/** Takes a display over. @param {import("./display.js").Display} display */
export function movementOf({ list, viewport, show }) {
  let kind = "";
  let lead = 0; // px of room in place of the lines that have gone by
  let tail = 0; // px of room behind the last one, to scroll into
  let running = false; // whether it moved when last seen
  let ran = 0; // ms since the page began, when it was last seen to move
  let speed = 0; // px a second
  /** The lines in the order in which they go by; also withdrawn ones, without an id, until they have. @type {Item[]} */
  let belt = /** @type {Item[]} */ ([...list.children]);
  let glided = -GLIDE; // ms since the page began, when the list last went up to its newest line
  let age = 0; // s that the first one has stood alone
  let news = false; // whether it is followed by news

  /** The animation, while the list moves: style decides. */
  const motion = () => list.getAnimations()[0];

  const backwards = () => list.matches(":dir(rtl)");

  /** Where a line stands: px from the start of the viewport, along the way that lines go. @param {Item} item */
  function start(item) {
    const [outer, inner] = [viewport, item].map((node) => node.getBoundingClientRect());
    return kind !== "crawl" ? inner.top - outer.top : backwards() ? outer.right - inner.right : inner.left - outer.left;
  }

  /** And where it ends. @param {Item} item */
  const end = (item) => start(item) + (kind === "crawl" ? item.offsetWidth : item.offsetHeight);

  const room = () => (kind === "crawl" ? viewport.clientWidth : viewport.clientHeight);

  /** The lines in view. */
  const view = () => belt.filter((item) => !item.hidden && start(item) < room() && end(item) > 0);

  const still = () => matchMedia("(prefers-reduced-motion)").matches;

  /** Whether the lines stand in their own order, the newest at the start. */
  const inOrder = () => kind === "list" || (kind === "crawl" && still());

  /** Starts at the beginning: the newest line, at the start. */
  function begin() {
    for (const item of belt) {
      item.style.cssText = "";
      item.classList.remove("tight");
    }
    order(/** @type {Item[]} */ ([...list.children]));
    age = 0;
    news = false;
    pad(0, 0);
    const moving = motion();
    if (moving) moving.currentTime = 0;
    viewport.scrollTo({ top: 0, left: 0, behavior: "instant" });
  }

  /** Makes a change around which what is read stays where it is. @param {() => void} change */
  function keep(change) {
    const before = kind;
    const first = Math.abs(viewport.scrollLeft) + viewport.scrollTop < 1 || performance.now() - glided < GLIDE;
    const newest = first && inOrder() && !list.querySelector(":focus-visible");
    const places = view().map((item) => /** @type {const} */ ([item, start(item)]));
    change();
    if (kind !== before) return begin();
    const left = places.filter(([item]) => item.isConnected);
    const [anchor, at = 0] = left.find(([, at]) => at > -1) ?? left[0] ?? []; // nobody reads the beginning of what has begun to leave
    /** px that it stands too far from the start. */
    const off = () => (anchor ? start(anchor) - at : 0);
    const moving = motion();
    if (moving) viewport.scrollLeft = 0;
    else if (running) pad(0, 0);
    running = !!moving;
    const way = off();
    if (moving) goBy(moving, lead - way);
    else if (way) {
      scroll(way);
      const rest = kind === "crawl" && !still() ? off() : 0; // a row that ends in view, or begins there
      if (rest) pad(lead + Math.max(0, -rest), tail + Math.max(0, rest));
      if (rest > 0) scroll(rest);
    }
    if (!newest || way < 1) return;
    // Whoever looks at the newest line goes on doing so. Scrolled, not shifted: browsers and readers count that against a page.
    if (!still()) glided = performance.now();
    viewport.scrollTo({ top: 0, left: 0, behavior: still() ? "instant" : "smooth" });
  }

  /** @param {number} px */
  function scroll(px) {
    viewport.scrollBy({ [kind === "crawl" ? "left" : "top"]: kind === "crawl" && backwards() ? -px : px, behavior: "instant" });
  }

  /** Puts so much room before the belt and behind it. @param {number} before @param {number} behind  both px */
  function pad(before, behind) {
    lead = before;
    tail = behind;
    list.style.setProperty("--lead", `${lead}px`);
    list.style.setProperty("--tail", `${tail}px`);
  }

  /** Puts so much room before the belt, or lets the animation begin from there. @param {Animation} moving @param {number} px */
  function goBy(moving, px) {
    pad(px < 0 || px > LEAD_MOST ? 0 : px, 0);
    if (lead !== px) moving.currentTime = Math.max(0, Number(moving.currentTime) + ((lead - px) / speed) * 1000);
  }

  /** Writes a line in view that has become longer in smaller rows, as wide as it was, if they fit. @param {Item} item */
  function fit(item) {
    const width = item.style.minInlineSize;
    if (item.offsetWidth < parseFloat(width) + 1) return;
    item.style.maxInlineSize = width;
    item.classList.add("tight");
    if (item.offsetHeight <= viewport.clientHeight) return;
    item.style.maxInlineSize = "";
    item.classList.remove("tight");
  }

  /** Puts what is in the order of the belt there; another line that stands alone has its time to be read. @param {Item[]} items */
  function order(items) {
    if (kind === "rotate" && items[0] !== belt[0]) {
      age = viewport.scrollTop = 0;
      news = false;
    }
    belt = items;
    for (const [place, item] of belt.entries()) {
      item.style.order = `${place}`;
      item.hidden = kind === "rotate" && place > 0;
    }
  }

  /**
   * Puts news behind what is in view, and what has gone by behind all, where it is not seen; older lines come last.
   * @param {Item[]} seen @param {Item[]} made @param {Item[]} older @param {Animation | undefined} moving
   */
  function goOn(seen, made, older, moving) {
    const items = belt.filter((item) => item.isConnected && (item.id || seen.includes(item) || item.remove()));
    const last = items.at(-1);
    const width = room();
    let edge = last ? end(last) : 0;
    const gone = items.splice(0, moving && seen[0] ? items.indexOf(seen[0]) : 0);
    const widths = gone.map((item) => item.offsetWidth);
    for (const [n, item] of gone.entries()) {
      const gap = Math.max(0, width - edge);
      item.style.marginInlineStart = `${gap}px`;
      edge += gap + widths[n];
    }
    if (moving && last && !seen[0]) {
      moving.currentTime = 0; // all have gone by: there is but one, or nobody was there to see
      goBy(moving, 0);
      items[0].style.marginInlineStart = `${items[1] ? 0 : width}px`;
    }
    items.splice(kind === "rotate" ? 1 : items.findLastIndex((item) => seen.includes(item)) + 1, 0, ...made);
    order([...items, ...gone, ...older]);
  }

  /**
   * Shows another line alone, or more of one that is higher than its place; gives what it says.
   * @param {number} by  1: the next, -1: the one before
   */
  function turn(by) {
    age = 0;
    const { clientHeight, scrollHeight, scrollTop } = viewport;
    const row = parseFloat(getComputedStyle(list).lineHeight);
    if (by > 0 && scrollTop + clientHeight + row / 2 < scrollHeight) {
      viewport.scrollTop += clientHeight - (clientHeight % row);
      return "";
    }
    viewport.scrollTop = 0;
    order([...belt.slice(by), ...belt.slice(0, by)]);
    return belt[0]?.querySelector("a")?.textContent ?? "";
  }

  const root = () => /** @type {ShadowRoot} */ (viewport.getRootNode());

  /**
   * Gives focus back to a link, or if its line is gone to the first of others that has one, or to the pause button.
   * @param {HTMLElement} link @param {(Item | null | undefined)[]} others
   */
  function refocus(link, others) {
    const next = link.isConnected ? link : others.find((item) => item?.isConnected && item.id)?.querySelector("a");
    const pause = /** @type {HTMLElement} */ (root().querySelector("[part=pause]"));
    const { parentElement: controls } = pause;
    if (controls && !next) controls.hidden = false; // while another channel is on its way
    (next ?? pause).focus({ preventScroll: true });
  }

  /** Whether the reader points at the lines, or is in them by keyboard, or at the buttons that turn them. */
  const held = () =>
    root().querySelector(":is([part=viewport], a, [part=previous], [part=next]):focus-visible") ||
    (matchMedia("(hover)").matches && viewport.matches(":hover"));

  // A link that the keyboard reached makes the crawl stand still (style.js), and must be seen whole, or from its beginning.
  viewport.addEventListener("focusin", ({ target }) => {
    const link = /** @type {HTMLElement} */ (target);
    if (!link.matches(":focus-visible")) return;
    if (running) pad(0, 0); // it goes on from where the row will have been scrolled to
    running = false;
    link.scrollIntoView({ block: "nearest", inline: link.offsetWidth > viewport.clientWidth ? "start" : "nearest" });
  });

  return {
    keep,
    turn,

    /** @param {string} display @param {number} px  a second */
    become(display, px) {
      kind = display;
      speed = px;
      list.style.setProperty("--speed", `${px}`);
    },

    /** The page has come in sight: what has gone by meanwhile comes again. */
    wake() {
      const moving = motion();
      if (moving) keep(() => goOn(view(), [], [], moving));
    },

    /** A second has gone by: the line that stands alone gives way once it has had time to be read. */
    age() {
      if (kind === "rotate" && !still() && !held() && ++age > (news ? NEWS : DWELL + (belt[0]?.textContent ?? "").length / READ)) turn(1);
    },

    /**
     * Brings the list to what is so now; writes only what differs.
     * @param {readonly Line[]} lines
     * @param {Writing} writing
     * @param {{type?: string, id?: string, line?: Line}} happened  a change that has just come
     */
    show(lines, writing, { type, id, line: changed }) {
      const link = /** @type {HTMLElement | null} */ (root().activeElement);
      const focused = /** @type {Item | null | undefined} */ (link?.closest("li"));
      const beside = /** @type {Item | null | undefined} */ (focused?.nextElementSibling ?? focused?.previousElementSibling);
      const moving = motion();
      /** @param {Item} item */
      const stays = (item) => lines.some((line) => line.id === item.id);
      const whole = !type || type === "snapshot"; // any lines may have come and gone
      const anew = !lines.length || (whole && !(type ? view() : belt).some(stays));
      keep(() => {
        if (anew) begin();
        if (moving) ran = performance.now();
        else if (kind === "crawl" && performance.now() - ran > MINUTE) {
          // Its times go on; the words of what has just been corrected come below, in its place.
          for (const line of lines) if (line.id !== changed?.id) belt.find(({ id }) => id === line.id)?.fill(line, writing, true);
        }
        const read = anew || kind !== "crawl" || still() ? [] : view();
        const widths = new Map(read.map((item) => [item, `${item.getBoundingClientRect().width}px`]));
        for (const item of belt) {
          item.style.minInlineSize = widths.get(item) ?? "";
          item.style.maxInlineSize = "";
          item.classList.remove("tight");
          if (!widths.has(item) || stays(item)) continue;
          const gone = type === "snapshot" || item.id === id || item.expires <= writing.now;
          if (gone && moving) item.id = item.textContent = "";
          else if (gone) widths.delete(item); // a row need not wait until the gap is out of view: it may never be
          else if (item.id === changed?.id) item.fill(changed, writing);
        }
        const seen = [...widths.keys()];
        const made = show(lines, writing, seen);
        seen.forEach(fit);
        if (!anew && !still()) for (const item of made) item.animate({ opacity: [0, 1] }, FADE);
        const known = lines.findLastIndex((line) => !made.some((item) => item.id === line.id));
        // What moves up where another line went is older than all that is shown, and no news.
        const older = type === "publish" ? [] : made.splice(made.length + known + 1 - lines.length);
        news = !anew && (news || made.length > 0);
        if (anew || inOrder()) order(/** @type {Item[]} */ ([...list.children]));
        else goOn(seen, made, older, moving);
      });
      if (link && focused && root().activeElement !== link) refocus(link, kind === "rotate" ? belt : [beside, ...belt]);
    },
  };
}

/** @typedef {ReturnType<typeof movementOf>} Movement */
