// A frame of a multi-frame object as if it were an object: what its functional groups say stands beside the rest (PS3.3 C.7.6.16).
import { type Dataset, items } from '../datasource/dicomjson';

const [SHARED, BY_FRAME] = ['52009229', '52009230'];

export function folded(ds: Dataset, frame: number): Dataset {
  const groups = [items(ds, SHARED)[0], items(ds, BY_FRAME)[frame - 1]];
  const parts = groups.flatMap((group) => Object.keys(group ?? {}).map((tag) => items(group!, tag)[0] ?? {}));
  return parts.length ? Object.assign({}, ds, ...parts) as Dataset : ds;
}
