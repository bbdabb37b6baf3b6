// Dates and times of DICOM (PS3.5 6.2), as the reader's language writes them.

const written = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });

export function dicomDate(value: string): string {
  const match = /^(\d{4})(\d{2})(\d{2})/.exec(value);
  if (!match) return value;
  const date = new Date(Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3])));
  if (document.documentElement.lang.startsWith('zh')) return `${match[1]}-${match[2]}-${match[3]}`;
  return written.format(date);
}

export function dicomTime(value: string): string {
  const match = /^(\d{2})(\d{2})/.exec(value);
  return match ? `${match[1]}:${match[2]}` : '';
}
