// Runs while the viewer's large script is still being fetched: asks for the first series, so that its answer is there in time.
import { allSets, firstToRead, metadataAddress } from '../boot';
import { askEarly } from './requests';

const first = firstToRead(allSets());
if (first) askEarly(metadataAddress(first));
