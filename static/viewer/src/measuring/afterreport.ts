// What is measured, or changed, once the report is signed is not part of what was signed: it says so, until a version is signed that saw it.
import { readBoot, say } from '../boot';

interface Told { afterReport?: boolean }

/** Whether the report of the study that is read is signed, as far as its panel tells. */
export function isReportSigned(study: string): boolean {
  return study === readBoot().studies[0].uid && document.querySelector('[data-report-panel]:is([data-version-signed], :has([data-report-signed]))') !== null;
}

/** What stands below the lines of a mark. */
export const afterReport = (data: object): string[] => ((data as Told).afterReport ? [say('afterReport')] : []);

export function tellAfterReport(mark: { data: object }, isAfter: boolean): void {
  (mark.data as Told).afterReport = isAfter;
}

/** Calls `work` when another version stands in the panel than before: what was measured may be part of it. */
export function onNewVersion(work: () => void): void {
  let shown: string | undefined;
  document.addEventListener('htmx:afterSettle', () => {
    const now = document.querySelector<HTMLElement>('[data-report-panel]')?.dataset.versionSigned;
    if (shown !== undefined && now !== shown) work();
    if (document.querySelector('[data-report-panel]')) shown = now ?? '';
  });
}
