/**
 * How the lines go by: style makes of the one list a strip that crawls, one line at a time, or a column; what differs here is
 * which line comes next, and along which axis the reader's place is kept.
 *
 * The lines go by as a belt. In the crawl they stand in a row, and one animation of the list's `transform`, run by the
 * compositor, moves them; no script runs per frame. About once a second those that have left at the start are put to the
 * end of the belt, unseen, and room as wide takes their place: what is in view stays where it is in the list, so that no
 * browser counts it as a shift. Everything comes and goes at that seam: news stands right behind what is in view, however
 * long the round, and the lines after it go on where they were. While it moves, what is in view keeps its place until it has
 * gone by: a withdrawn line leaves it empty, a shorter correction as wide, a longer one stands in it in smaller rows; what
 * newer lines pushed out is shown to its end. Each line is there once, so nothing is hidden from anybody. One line at a
 * time: the first of the belt.
 *
 * Whatever must stand still (the reader paused, follows links by keyboard, or wants no motion) is a row that scrolls, in
 * the order of the belt. Around every change the first line in view is remembered and put back where it stood.
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

/** Takes a display over. @param {import("./display.js").Display} display */
export function movementOf({ list, viewport, show }) {
  let kind = "";
  let lead = 0; // px of room in place of the lines that have gone by
  let speed = 0; // px a second
  /** The lines in the order in which they go by; also withdrawn ones, without an id, until they have. @type {Item[]} */
  let belt = /** @type {Item[]} */ ([...list.children]);
  let glided = 0; // ms since 1970, when the list last went up to its newest line
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
  const view = () => belt.filter((item) => start(item) < room() && end(item) > 0);

  /** Makes a change around which what is read stays where it is. @param {() => void} change */
  function keep(change) {
    const newest = kind === "list" && (viewport.scrollTop < 1 || Date.now() - glided < GLIDE);
    const places = view().map((item) => /** @type {const} */ ([item, start(item)]));
    change();
    const left = places.filter(([item]) => item.isConnected);
    const [anchor, at] = left.find(([, at]) => at > -1) ?? left[0] ?? []; // nobody reads the beginning of what has begun to leave
    const moving = motion();
    if (moving) viewport.scrollLeft = 0;
    const way = anchor ? start(anchor) - at : 0;
    if (moving) goBy(moving, lead - way);
    else if (way) viewport.scrollBy(kind !== "crawl" ? 0 : backwards() ? -way : way, kind === "crawl" ? 0 : way);
    if (!newest || way < 1) return;
    // Whoever looks at the newest line goes on doing so. Scrolled, not shifted: browsers and readers count that against a page.
    glided = Date.now();
    viewport.scrollTo({ top: 0, behavior: still() ? "instant" : "smooth" });
  }

  /** Puts so much room before the belt, or lets the animation begin from there. @param {Animation} moving @param {number} px */
  function goBy(moving, px) {
    lead = px < 0 || px > LEAD_MOST ? 0 : px;
    list.style.setProperty("--lead", `${lead}px`);
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

  /** Puts what is in the order of the belt there. @param {Item[]} items */
  function order(items) {
    belt = items;
    for (const [place, item] of belt.entries()) {
      item.style.order = `${place}`;
      item.hidden = kind === "rotate" && place > 0;
    }
  }

  /**
   * Puts news behind what is in view, and what has gone by behind all, where it is not seen.
   * @param {Item[]} seen @param {Item[]} made @param {Animation | undefined} moving
   */
  function goOn(seen, made, moving) {
    const items = belt.filter((item) => item.isConnected && (item.id || seen.includes(item) || item.remove()));
    const last = items.at(-1);
    let edge = last ? end(last) : 0;
    const gone = items.splice(0, seen[0] ? items.indexOf(seen[0]) : 0);
    for (const item of gone) {
      const gap = Math.max(0, room() - edge);
      item.style.marginInlineStart = `${gap}px`;
      edge += gap + item.offsetWidth;
    }
    if (moving && last && !seen[0]) {
      moving.currentTime = 0; // all have gone by: there is but one, or nobody was there to see
      goBy(moving, 0);
      items[0].style.marginInlineStart = `${items[1] ? 0 : room()}px`;
    }
    items.splice(moving ? items.findLastIndex((item) => seen.includes(item)) + 1 : 1, 0, ...made);
    order([...items, ...gone]);
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
    news = false;
    order([...belt.slice(by), ...belt.slice(0, by)]);
    return belt[0]?.querySelector("a")?.textContent ?? "";
  }

  const still = () => matchMedia("(prefers-reduced-motion)").matches;

  // A link that the keyboard reached makes the crawl stand still (style.js), and must be seen whole, or from its beginning.
  viewport.addEventListener("focusin", ({ target }) => {
    const link = /** @type {HTMLElement} */ (target);
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

    /** A second has gone by: the line that stands alone gives way once it has had time to be read. */
    age() {
      if (kind === "rotate" && !still() && ++age > (news ? NEWS : DWELL + (belt[0]?.textContent ?? "").length / READ)) turn(1);
    },

    /**
     * Brings the list to what is so now; writes only what differs.
     * @param {readonly Line[]} lines
     * @param {Writing} writing
     * @param {{type?: string, id?: string, line?: Line}} happened  a change that has just come
     */
    show(lines, writing, { type, id, line: changed }) {
      const root = /** @type {ShadowRoot} */ (viewport.getRootNode());
      const link = /** @type {HTMLElement | null} */ (root.activeElement);
      const focused = /** @type {Item | null | undefined} */ (link?.closest("li"));
      const after = focused?.nextElementSibling ?? focused?.previousElementSibling;
      const moving = motion();
      const seen = moving ? view() : [];
      keep(() => {
        for (const item of belt) {
          const stays = seen.includes(item);
          item.style.minInlineSize = stays ? `${item.offsetWidth}px` : "";
          item.style.maxInlineSize = "";
          item.classList.remove("tight");
          if (!stays || lines.some((line) => line.id === item.id)) continue;
          if (type === "snapshot" || item.id === id || item.expires <= writing.now) item.id = item.textContent = "";
          else if (item.id === changed?.id) item.fill(changed, writing);
        }
        const made = show(lines, writing, seen);
        seen.forEach(fit);
        if (belt.length && !still()) for (const item of made) item.animate({ opacity: [0, 1] }, FADE);
        news ||= made.length > 0;
        goOn(seen, made, moving);
      });
      if (!focused || root.activeElement === link) return;
      const next = focused.isConnected ? link : (after?.isConnected ? after : belt[0])?.querySelector("a");
      (next ?? root.querySelector("button:last-child"))?.focus({ preventScroll: true });
    },
  };
}

/** @typedef {ReturnType<typeof movementOf>} Movement */
