// Whose picture it is, in words that can be relied on: the registered name, what the picture says otherwise, and texts of the picture that
// were perhaps read in a wrong character set.
import { type Dataset, nameOf, type PersonName, personName, text, values } from './dicomjson';

/** What the server knows of the name in a study: of the patient whom it is matched to, and whether what was sent agrees with that. */
export interface KnownName { registered: PersonName; sent: string; agrees: boolean }

const NAME = '00100010';
const TEXTS = ['00081030', '0008103E'];
const LOST = /\uFFFD/;
/** Chinese or UTF-8 read as Latin: no Western name or text has such runs of letters. */
const MOJIBAKE = /[\u00a1-\u00ff]{4}|[\u00c2\u00c3][\u0080-\u00bf]/;
/** What a single-byte character set cannot have said. */
const BEYOND: Record<string, RegExp> = { '': /[^\0-\x7f]/, 'ISO_IR 6': /[^\0-\x7f]/, 'ISO_IR 100': /[^\0-\xff]/ };
const HAN = /\p{Script=Han}/u;
const SEVERAL_BYTES = /^(ISO_IR 192|GB18030|GBK|ISO_IR 13)$/;

/** The name to show, and that of the picture where it is another one. */
export function shownName(ds: Dataset, known: KnownName | null | undefined): { name: string; other: string } {
  const own = personName(ds, NAME);
  if (!known) return { name: own, other: '' };
  const name = nameOf(known.registered);
  const isSame = !own || (rawName(ds) === known.sent ? known.agrees : groupsOf(ds).some((group) => Object.values(known.registered).map(letters).includes(letters(group))));
  return { name, other: isSame ? '' : own };
}

function groupsOf(ds: Dataset): string[] {
  const { Alphabetic = '', Ideographic = '' } = (values(ds, NAME)[0] ?? {}) as PersonName;
  return [Alphabetic, Ideographic].filter(Boolean);
}

function rawName(ds: Dataset): string {
  const { Alphabetic = '', Ideographic = '', Phonetic = '' } = (values(ds, NAME)[0] ?? {}) as PersonName;
  return [Alphabetic, Ideographic, Phonetic].join('=').replace(/=+$/, '');
}

function letters(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}

/**
 * The declared character set where the name, or a description, was perhaps read wrongly; '' is none declared, undefined no doubt.
 * `guessed` is a name that the server could only guess.
 */
export function misread(ds: Dataset, guessed = ''): { name?: string; texts?: string } {
  const declared = values(ds, '00080005').map((term) => String(term ?? ''));
  const set = declared.filter(Boolean).join('\\');
  const inName = (guessed !== '' && rawName(ds) === guessed) || groupsOf(ds).some((group) => isDoubtful(group, declared));
  const inTexts = TEXTS.some((tag) => isDoubtful(text(ds, tag), declared));
  return { ...(inName && { name: set }), ...(inTexts && { texts: set }) };
}

function isDoubtful(words: string, declared: string[]): boolean {
  if (LOST.test(words) || MOJIBAKE.test(words)) return true;
  if (declared.length > 1 || SEVERAL_BYTES.test(declared[0] ?? '')) return false;
  return (BEYOND[declared[0] ?? ''] ?? HAN).test(words);
}
