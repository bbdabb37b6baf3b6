// Marks of one kind, on pictures or on cut planes: kept in this browser with every move of the hand, saved as they are made, the same in
// every window that shows their study, and taken back step by step.
import { eventTarget } from '@cornerstonejs/core';
import { annotation, Enums, type Types } from '@cornerstonejs/tools';
import { ofStudy, readBoot } from '../boot';
import { engine } from '../engine';
import { type Change, hold, onOvertaken, seen, send } from '../outbox';
import { type On, onMark, tellMark } from '../screens/marks';
import { whenShown } from '../../../js/shown';
import { isReportSigned, tellAfterReport } from './afterreport';
import { History } from './history';
import { type Stored, storedMarks } from './stored';
import { UnderWay } from './underway';

export type Mark = Types.Annotation & { metadata: NonNullable<Types.Annotation['metadata']> };
/** A mark as it is sent. */
export interface Body { study: string; tool: string }

export interface Kind<B extends Body> {
  on: On;
  /** Below which address the marks are kept, of the first study. */
  url(): string;
  /** Whether a tool makes such marks, here and now. */
  isOurs(tool: string): boolean;
  /** What is kept of a mark; nothing as long as it measures nothing. */
  bodyOf(mark: Mark): B | undefined;
  /** A mark for the engine; nothing when what it lies on is not shown. */
  drawnOf(stored: Stored<B>): { metadata: object; data: object } | undefined;
  /** A mark was put back, made, changed or removed. */
  changed?(): void;
}

export class KeptMarks<B extends Body> {
  private readonly underWay = new UnderWay((uid) => this.changeOf(uid), hold, (uid) => { this.saveNow(uid); });
  /** Put back and not touched since: there is nothing to save. */
  private readonly untouched = new Set<string>();
  /** What was last told of each of the reader's own marks, by the server or to it. */
  private readonly told = new Map<string, B>();
  private history = new History<B>();
  /** What is done meanwhile is not done by the reader. */
  private isOwn = false;

  constructor(private readonly kind: Kind<B>) {}

  watch(): void {
    const { ANNOTATION_COMPLETED, ANNOTATION_MODIFIED, ANNOTATION_REMOVED } = Enums.Events;
    const on = (name: string, work: (mark: Mark, how?: string) => void) => eventTarget.addEventListener(name, ((event: CustomEvent<{ annotation?: Mark; changeType?: string }>) => {
      const { annotation: mark, changeType } = event.detail;
      if (mark && this.isToKeep(mark)) work(mark, changeType);
    }) as EventListener);
    on(ANNOTATION_COMPLETED, ({ annotationUID }) => { if (!this.saveNow(annotationUID!)) this.underWay.moved(annotationUID!); });
    on(ANNOTATION_MODIFIED, (mark, how) => this.modified(mark, how));
    on(ANNOTATION_REMOVED, (mark) => this.forget(mark.annotationUID!));
    window.addEventListener('pagehide', () => this.saveAll());
    whenShown(() => {
      onMark<B>(this.kind.on, (uid, body, revision) => this.takeFromOther(uid, body, revision));
      onOvertaken((change) => void this.takeFromServer(change));
    });
  }

  /** Show what was kept. */
  show(marks: Stored<B>[]): void {
    this.own(() => marks.forEach((mark) => this.putBack(mark)));
    this.drawn();
  }

  /** The server tells anew which of the marks of a study came after its report. */
  async tellAfterReport(study: string): Promise<void> {
    for (const { uid, after_report } of await storedMarks<Stored<B>>(ofStudy(this.kind.url(), study))) {
      const mark = annotation.state.getAnnotation(uid);
      if (mark && after_report !== undefined) tellAfterReport(mark, after_report);
    }
    this.drawn();
  }

  /** Save what is under way, and let the engine forget what it has; what comes next begins anew. */
  clear(): void {
    this.saveAll();
    this.own(() => this.all().forEach(({ annotationUID }) => annotation.state.removeAnnotation(annotationUID!)));
    this.untouched.clear();
    this.history = new History<B>();
  }

  saveAll(): void {
    this.underWay.saveAll();
  }

  /** How many steps can be told apart since the marks were shown; what is under way is one of them. */
  depth(): number {
    this.saveAll();
    return this.history.depth;
  }

  /** Take back what was done last; gives whether there was anything. */
  undo(): boolean {
    this.saveAll();
    const steps = this.history.takeBack();
    for (const { uid, before } of steps) {
      this.replace(uid, before);
      this.put(uid, before);
    }
    this.drawn();
    return steps.length > 0;
  }

  /** Every mark that the engine has of this kind, in the order in which they were made. */
  all(): Mark[] {
    return annotation.state.getAllAnnotations().filter((mark) => this.kind.isOurs(mark.metadata?.toolName ?? '')) as Mark[];
  }

  private own(work: () => void): void {
    const before = this.isOwn;
    this.isOwn = true;
    work();
    this.isOwn = before;
  }

  private drawn(): void {
    engine().render();
    this.kind.changed?.();
  }

  private isToKeep(mark: Mark): boolean {
    return !this.isOwn && Boolean(mark.annotationUID) && this.kind.isOurs(mark.metadata?.toolName ?? '');
  }

  private urlOf(uid: string, study: string): string {
    return `${ofStudy(this.kind.url(), study)}${uid}/`;
  }

  private putBack(mark: Stored<B>): void {
    if (!this.kind.isOurs(mark.tool) || annotation.state.getAnnotation(mark.uid)) return;
    const drawn = this.kind.drawnOf(mark);
    if (!drawn) return;
    const { uid, revision, mine, author: _author, after_report: isAfter = isReportSigned(mark.study), ...body } = mark;
    tellAfterReport(drawn, isAfter);
    seen(this.urlOf(uid, mark.study), revision);
    this.untouched.add(uid);
    annotation.state.addAnnotation({ annotationUID: uid, highlighted: false, invalidated: true, isLocked: !mine, isVisible: true, ...drawn } as never, null as never);
    if (!mine) return annotation.locking.setAnnotationLocked(uid, true);
    this.history.begin(uid, body as unknown as B);
    this.told.set(uid, body as unknown as B);
  }

  private replace(uid: string, body: B | undefined): void {
    this.own(() => {
      if (annotation.state.getAnnotation(uid)) annotation.state.removeAnnotation(uid);
      if (body) this.putBack({ ...body, uid, revision: 0, mine: true, author: '' });
    });
  }

  /** Measuring anew what was put back is no change of it. */
  private modified(mark: Mark, how?: string): void {
    const uid = mark.annotationUID!;
    if (how === Enums.ChangeTypes.StatsUpdated && this.untouched.has(uid)) return;
    this.untouched.delete(uid);
    if (!annotation.locking.isAnnotationLocked(uid)) this.underWay.moved(uid);
  }

  private nowOf(uid: string): B | undefined {
    const mark = annotation.state.getAnnotation(uid) as Mark | undefined;
    return mark && !annotation.locking.isAnnotationLocked(uid) && this.kind.isOurs(mark.metadata.toolName) ? this.kind.bodyOf(mark) : undefined;
  }

  private changeOf(uid: string): Change | undefined {
    const body = readBoot().mayMark ? this.nowOf(uid) : undefined;
    if (body) this.told.set(uid, body);
    return body && { url: this.urlOf(uid, body.study), method: 'PUT', body };
  }

  /** Gives whether there was something to save. */
  private saveNow(uid: string): boolean {
    this.underWay.end(uid);
    const body = this.nowOf(uid);
    if (!body) return false;
    this.history.note(uid, body);
    this.put(uid, body);
    tellAfterReport(annotation.state.getAnnotation(uid)!, isReportSigned(body.study));
    this.kind.changed?.();
    return true;
  }

  private forget(uid: string): void {
    this.underWay.end(uid);
    this.history.note(uid, undefined);
    this.put(uid, undefined);
    this.kind.changed?.();
  }

  /** A mark that is taken away is sent as it was last: the server keeps that it is gone, also when nothing of it had come there yet. */
  private put(uid: string, body: B | undefined): void {
    const last = body ?? this.told.get(uid);
    if (!readBoot().mayMark || !last) return;
    this.told.set(uid, last);
    const revision = send({ url: this.urlOf(uid, last.study), method: 'PUT', body: body ?? { ...last, removed: true } });
    tellMark(this.kind.on, uid, last.study, body, revision);
  }

  /** Another window of the same study made, changed or removed a mark. */
  private takeFromOther(uid: string, body: B | undefined, revision: number): void {
    if (this.underWay.has(uid)) return;
    this.replace(uid, body);
    if (body) seen(this.urlOf(uid, body.study), revision);
    this.drawn();
  }

  /** Another computer was first: what it kept is shown. */
  private async takeFromServer({ url, body }: Change): Promise<void> {
    const { study } = body as Body;
    const uid = url.split('/').at(-2)!;
    if (this.urlOf(uid, study) !== url || !readBoot().studies.some((one) => one.uid === study)) return;
    const kept = (await storedMarks<Stored<B>>(ofStudy(this.kind.url(), study))).find((mark) => mark.uid === uid);
    if (this.underWay.has(uid)) return;
    this.replace(uid, undefined);
    this.show(kept ? [kept] : []);
  }
}
