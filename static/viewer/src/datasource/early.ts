// Runs while the viewer's large script is still being fetched: asks for the first series, so that its answer is there in time.
import { addressedSet, allSets, firstByItself, metadataAddress, readBoot } from '../boot';
import { askEarly } from './requests';

const left = readBoot().layout as { panes?: ({ set?: string } | null)[]; active?: number } | null;
const wasShown = left?.panes?.[left.active ?? 0]?.set;
const first = addressedSet() ?? allSets().find(({ key }) => key === wasShown) ?? firstByItself();
if (first) askEarly(metadataAddress(first));
