// Runs while the viewer's large script is still being fetched: asks for the series that will be looked at first, so that its answer is there
// in time.
import { metadataAddress } from '../boot';
import { openingOf } from '../keeping/opening';
import { askEarly } from './requests';

const { set } = openingOf();
if (set?.kind === 'image') askEarly(metadataAddress(set));
