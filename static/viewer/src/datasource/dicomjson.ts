// Reading the DICOM JSON model (PS3.18 annex F).

export interface Element { vr: string; Value?: unknown[]; InlineBinary?: string; BulkDataURI?: string }
export type Dataset = Record<string, Element>;

export function values(ds: Dataset, tag: string): unknown[] {
  return ds[tag]?.Value ?? [];
}

export function text(ds: Dataset, tag: string, index = 0): string {
  const value = values(ds, tag)[index];
  return value === undefined || value === null ? '' : String(value);
}

export function number(ds: Dataset, tag: string, index = 0): number | undefined {
  const value = values(ds, tag)[index];
  const parsed = typeof value === 'number' ? value : parseFloat(String(value ?? ''));
  return Number.isFinite(parsed) ? parsed : undefined;
}

/** Whether the picture has colours, as values or by a palette: then there is no window. */
export function isColour(ds: Dataset): boolean {
  return (number(ds, '00280002') ?? 1) > 1 || text(ds, '00280004') === 'PALETTE COLOR';
}

export function numbers(ds: Dataset, tag: string): number[] {
  return values(ds, tag).map((value) => Number(value)).filter(Number.isFinite);
}

export function items(ds: Dataset, tag: string): Dataset[] {
  return values(ds, tag).filter((item): item is Dataset => typeof item === 'object' && item !== null);
}

export interface PersonName { Alphabetic?: string; Ideographic?: string; Phonetic?: string }

/** A person's name as it is written on a picture: alphabetic and ideographic group, the reader's own script first. */
export function personName(ds: Dataset, tag: string): string {
  const value = values(ds, tag)[0];
  return value && typeof value === 'object' ? nameOf(value) : '';
}

export function nameOf({ Alphabetic = '', Ideographic = '' }: PersonName): string {
  const [family = '', given = ''] = Alphabetic.split('^');
  const latin = [family, given].filter(Boolean).join(', ');
  const both = [latin, Ideographic.replace(/\^/g, '').trim()].filter(Boolean);
  return (document.documentElement.lang.startsWith('zh') ? both.reverse() : both).join(' ');
}

/** Bytes of a binary element given inline. */
export function binary(element: Element | undefined): Uint8Array | undefined {
  if (!element?.InlineBinary) return undefined;
  return Uint8Array.from(atob(element.InlineBinary), (char) => char.charCodeAt(0));
}

/** The transfer syntaxes of HTJ2K: frames that can be drawn while they arrive. */
export const HTJ2K = ['1.2.840.10008.1.2.4.201', '1.2.840.10008.1.2.4.202', '1.2.840.10008.1.2.4.203'];
