// What the server says of objects that lie over pictures or are read (imaging/viewer/objects).

export type Point = [number, number];

/** A picture that is named; no frame means all of them. */
export interface Named { instance: string; frame: number | null }

export interface Graphic { type: string; points: Point[]; units: string; filled: boolean }
export interface Lettering { text: string; at: number[]; units: string; to: number[]; toUnits: string }
interface Drawing { for: Named[]; colour: string; graphics: Graphic[]; texts: Lettering[] }
/** Bits of an overlay plane, the first in the lowest place, as base64. */
export interface Bitmap { rows: number; columns: number; origin: number[]; bits: string; colour?: string }
export interface LookUp { first: number; entries: number[]; most: number }
interface Shutters { value?: number[]; colour?: string; bitmap?: Bitmap; rectangle?: number[]; circle?: number[]; polygon?: Point[] }

interface Said { uid: string; kind: string; problem: string; title: string; who: string; device: string; when: string }

export interface Presentation extends Said {
  pictures: Named[]; rotation: number; flipped: boolean; inverse: boolean; shape: string; rescale: number[]; modalityTable: LookUp | null; presentationTable: LookUp | null; overlays: Bitmap[];
  windows: { for: Named[]; centre: number | null; width: number | null; function: string; table: LookUp | null }[];
  areas: { for: Named[]; topLeft: number[]; bottomRight: number[]; mode: string; magnification: number[]; spacing: number[]; aspect: number[] }[];
  drawings: Drawing[]; shutters: Shutters; leftOut: string[];
}

export interface KeySelection extends Said { description: string; keys: (Named & { state: string })[] }

export interface Shape extends Partial<Named> { type: string; points?: Point[]; places?: number[][]; frameOfReference?: string }
export interface Group { label: string; finding: string; who: string; values: { name: string; number: number; unit: string; code: string; note?: string }[]; shapes: Shape[] }
export interface Report extends Said { groups: Group[] }

export interface Plane extends Named { position: number[]; orientation: number[]; spacing: number[] }
export interface Segment { number: number; label: string; type: string; algorithm: string; colour: string; planes: Plane[] }
export interface Segmentation extends Said {
  rows: number; columns: number; frameOfReference: string; segments: Segment[];
  /** Of a plane, in millimetres; 0 when that is not said. */
  thickness: number;
  /** Of each label, when it is a map of labels; its planes are those of every segment. */
  labelBytes: number; planes: Plane[];
}

export interface Structure { number: number; label: string; type: string; frameOfReference: string; colour: string; contours: { type: string; places: number[][] }[] }
export interface StructureSet extends Said { structures: Structure[] }

export interface Dose extends Said {
  rows: number; columns: number; frames: number; position: number[]; orientation: number[]; spacing: number[]; offsets: number[];
  frameOfReference: string; units: string; summation: string; type: string;
}

export type Something = Presentation | KeySelection | Report | Segmentation | StructureSet | Dose;
export interface Answer { objects: Something[]; states: Presentation[]; cut: boolean; elsewhere: string[] }

/** One line of an object that can be switched on and off. */
export interface Layer { id: string; label: string; hint: string; colour: string; shown: boolean }
