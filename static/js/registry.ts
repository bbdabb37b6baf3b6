// Which windows of one person show which patient, and whether this one may be mistaken: the rule, without a browser.
//
// A deed is a key, a press, a turn of the wheel, typing, or opening a page in front. The window of the latest deed is the one being read. A
// window is amber while a window with another patient had a deed since the person last said of this one that they mean it. So the window
// that is left turns amber at once, and the one that is come to stays amber until it is confirmed: a glance at another tab changes nothing.

export interface Mine {
  id: string;
  patient: string;
  name: string;
  deed: number;
}
export interface Talk extends Mine {
  kind: "here" | "ask" | "bye" | "come";
  /** Whom it is for, where it is for one window. */
  to?: string;
}
export interface Other extends Mine {
  heard: number;
}

export class Registry {
  private readonly others = new Map<string, Other>();

  /** `forgetAfter`: milliseconds of silence after which a window is taken for dead. */
  constructor(private readonly patient: string, private readonly forgetAfter: number, public confirmed = 0) {}

  hear({ kind, id, patient, name, deed }: Talk, now: number): void {
    if (kind === "bye") this.others.delete(id);
    else this.others.set(id, { id, patient, name, deed, heard: now });
  }

  confirm(now: number): void {
    this.confirmed = Math.max(now, ...[...this.others.values()].map(({ deed }) => deed));
  }

  /** Living windows of other patients that were used since this one was confirmed: of each patient one, the last used first. */
  unsettled(now: number): Other[] {
    return this.strangers(now).filter(({ deed }) => deed > this.confirmed);
  }

  /** Living windows of other patients: of each patient one, the last used first. */
  strangers(now: number): Other[] {
    for (const [id, { heard }] of this.others) if (now - heard > this.forgetAfter) this.others.delete(id);
    const all = [...this.others.values()].filter(({ patient }) => patient !== this.patient).sort((a, b) => b.deed - a.deed);
    return all.filter((one, index) => all.findIndex(({ patient }) => patient === one.patient) === index);
  }
}
