/** What who uses the package may write, by its own name as they do. `make check` has the compiler read it; nothing runs it. */
import { type Events, type Line, type Status, BreakingTickerElement } from "breaking-ticker";
import { BreakingTickerElement as Defined } from "breaking-ticker/define";

const ticker: BreakingTickerElement = document.querySelector("breaking-ticker")!;
const made: Defined = document.createElement("breaking-ticker");
made.channel = "en";
made.display = "rotate";
made.announce = "off";
made.max = 5;
made.pause();

// @ts-expect-error there is no such display
ticker.display = "marquee";
// @ts-expect-error nobody sets the lines
ticker.lines = [];

const texts: string[] = ticker.lines.map((line: Line) => line.text);
const status: Status = ticker.status;
const live: boolean = status === "live" && ticker.since === null;
// @ts-expect-error there is no such status
const wrong: boolean = status === "dead";

function tell({ detail }: Events["publish"]) {
  console.log(detail.channel, detail.line.text, texts, live, wrong);
}

ticker.addEventListener("publish", tell, { once: true });
ticker.removeEventListener("publish", tell);
ticker.addEventListener("correct", (event) => console.log(event.detail.line.correction?.length));
ticker.addEventListener("withdraw", (event) => document.getElementById(event.detail.id)?.remove());
ticker.addEventListener("status", function ({ detail }) {
  const since: string | null = detail.since;
  console.log(this.channel, detail.status === "waiting", since);
});
ticker.addEventListener("click", (event) => console.log(event.clientX)); // what each element has

// @ts-expect-error a withdrawal has no line
ticker.addEventListener("withdraw", (event) => console.log(event.detail.line));

document.addEventListener("publish", (event) => console.log((event as Events["publish"]).detail.line.urgency === 1));
