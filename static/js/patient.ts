// The patient header lock. Two patients never share a page; several windows and monitors may show several. Each window tells the others of
// the same person whom it shows and when it was last used (registry.ts has the rule); what may be mistaken turns amber and says whom the
// other one shows. Nothing leaves the machine, and only in this tab's own session stays the moment when it was confirmed.
import { Line } from "./line";
import { problemSay } from "./problem";
import { type Other, Registry, type Talk } from "./registry";
import { word } from "./words";

const confirmedKey = () => `lightbox.confirmed:${personHere()}`;
const DEEDS = ["pointerdown", "keydown", "wheel", "input"];
/** Others need to know of a deed, not of each key. */
const TELL_EVERY = 1000;
const FLAG = 10_000;
const ANSWER = 400;

class Lock {
  private readonly id = crypto.getRandomValues(new Uint32Array(2)).join("-");
  private readonly registry: Registry;
  private readonly line: Line<Talk>;
  private readonly beat: number;
  private deed = document.visibilityState === "visible" ? Date.now() : 0;
  private told = 0;
  private telling: number | undefined;
  private alive = true;

  constructor(private readonly banner: HTMLElement) {
    const { beat, forget } = banner.dataset;
    this.beat = Number(beat) * 1000;
    this.registry = new Registry(this.patient, Number(forget) * 1000, Number(sessionStorage.getItem(confirmedKey()) ?? 0));
    this.line = new Line(`lightbox:patient:${personHere()}`, (talk) => this.hear(talk));
    this.wire();
    this.say("ask");
  }

  private get patient(): string {
    return this.banner.dataset["patient"]!;
  }

  private wire(): void {
    for (const name of DEEDS) document.addEventListener(name, () => this.done(), { capture: true, passive: true });
    window.addEventListener("pagehide", () => this.leave());
    window.addEventListener("pageshow", (event) => event.persisted && this.come());
    document.addEventListener("visibilitychange", () => this.draw());
    this.banner.querySelector("[data-other-mine]")?.addEventListener("click", () => this.confirm());
    this.banner.querySelector("[data-other-go]")?.addEventListener("click", () => this.go());
    window.setInterval(() => {
      if (this.alive) this.say("here");
      this.draw();
    }, this.beat);
  }

  private say(kind: Talk["kind"], to?: string): void {
    window.clearTimeout(this.telling);
    this.telling = undefined;
    this.told = this.deed;
    this.line.say({ kind, id: this.id, patient: this.patient, name: this.banner.dataset["patientName"] ?? "", deed: this.deed, to });
  }

  private hear(talk: Talk): void {
    if (!this.alive) return;
    if (talk.kind === "come") return talk.to === this.id ? this.show() : undefined;
    this.registry.hear(talk, Date.now());
    if (talk.kind === "ask") this.say("here");
    this.draw();
  }

  private done(): void {
    this.deed = Date.now();
    if (this.deed - this.told > TELL_EVERY) this.say("here");
    else this.telling ??= window.setTimeout(() => this.say("here"), TELL_EVERY);
  }

  private leave(): void {
    this.say("bye");
    this.alive = false;
  }

  /** Back from where the browser had put the page away. */
  private come(): void {
    this.alive = true;
    this.deed = Date.now();
    this.say("ask");
  }

  private confirm(): void {
    this.deed = Date.now();
    this.registry.confirm(this.deed);
    sessionStorage.setItem(confirmedKey(), String(this.registry.confirmed));
    this.say("here");
    this.draw();
  }

  /** A page may not bring another one to the front in every browser: where it cannot, the tab is marked and the person told. */
  private go(): void {
    const [other] = this.registry.unsettled(Date.now());
    if (!other) return;
    this.say("come", other.id);
    window.setTimeout(() => {
      if (document.visibilityState === "visible" && document.hasFocus()) this.text(word("other_marked", { name: other.name }));
    }, ANSWER);
  }

  /** The person asked for this window: they mean it. */
  private show(): void {
    window.focus();
    document.documentElement.dataset["called"] = "";
    this.confirm();
    window.setTimeout(() => {
      delete document.documentElement.dataset["called"];
      this.draw();
    }, FLAG);
  }

  /** Windows of other patients, for who is about to sign here. */
  strangers(): Other[] {
    return this.registry.strangers(Date.now());
  }

  private draw(): void {
    const others = this.registry.unsettled(Date.now());
    const note = this.banner.querySelector<HTMLElement>("[data-other-note]")!;
    const isOther = others.length > 0;
    mark("called" in document.documentElement.dataset ? "◀ " : isOther ? "⚠ " : "");
    if (note.hidden === !isOther && note.dataset["names"] === namesOf(others)) return;
    note.hidden = !isOther;
    note.dataset["names"] = namesOf(others);
    this.banner.classList.toggle("other", isOther);
    document.documentElement.toggleAttribute("data-other-patient", isOther);
    if (isOther) this.text(others.length > 1 ? word("others_show", { name: others[0]!.name, n: others.length - 1 }) : word("other_shows", { name: others[0]!.name }));
  }

  private text(said: string): void {
    this.banner.querySelector("[data-other-text]")!.textContent = said;
  }
}

function namesOf(others: Other[]): string {
  return others.map(({ name, patient }) => `${patient} ${name}`).join();
}

function mark(sign: string): void {
  document.title = sign + document.title.replace(/^[◀⚠] /, "");
}

function personHere(): string {
  return document.body.dataset["person"] ?? "";
}

/** One browser, two people: a page that somebody else's sign-in has overtaken says so; the server takes nothing from it. */
function watchPeople(): void {
  const people = new Line<string>("lightbox:person", (person) => {
    if (person !== personHere()) problemSay(word("other_person"));
  });
  people.say(personHere());
}

let lock: Lock | undefined;

/** The names that other windows show, the last used first. */
export function otherPatients(): string[] {
  return lock?.strangers().map(({ name }) => name) ?? [];
}

/** Once the page is shown: one that the browser draws ahead is nobody's yet. */
export function patientStart(): void {
  if (personHere()) watchPeople();
  const banner = document.querySelector<HTMLElement>(".patient-banner[data-patient]");
  if (banner?.dataset["patient"] && banner.querySelector("[data-other-note]")) lock = new Lock(banner);
}
