// Runs while the viewer's large script is still being fetched: asks for the series that will be looked at first, and for its first picture, so
// that the answers are there in time.
import { metadataAddress, readBoot } from '../boot';
import { openingOf } from '../keeping/opening';
import type { Dataset } from './dicomjson';
import { AS_STORED, askFrameEarly, framesOf } from './frames';
import { askEarly } from './requests';

const { set, kept, hanging } = openingOf();

async function begin(): Promise<void> {
  if (set?.kind !== 'image') return;
  const metadata = (await askEarly(metadataAddress(set))) as Dataset[];
  if (kept || hanging) return; // which may begin elsewhere
  const [first] = framesOf(metadata, set, readBoot().dicomweb);
  if (first?.accept === AS_STORED) askFrameEarly(first.address);
}

// Whoever asks again is told what went wrong.
begin().catch(() => undefined);
