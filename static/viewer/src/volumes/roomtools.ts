// The tools of the volume room. Its measurements have names of their own: they lie in cut planes, on no picture of the archive.
import { addTool, AngleTool, annotation, CircleROITool, CrosshairsTool, Enums, LengthTool, PanTool, StackScrollTool, ToolGroupManager, TrackballRotateTool, type Types, WindowLevelTool, ZoomTool } from '@cornerstonejs/tools';
import { say } from '../boot';
import { engine, ENGINE } from '../engine';
import type { Vector } from './geometry';
import type { Layer } from './layer';
import { statsInBall, type Stats as Stats3D } from './volumes';
import type { View } from './view';

const { Primary, Secondary, Auxiliary, Wheel } = Enums.MouseBindings;

class PlaneLengthTool extends LengthTool {
  static toolName = 'PlaneLength';
}
class PlaneAngleTool extends AngleTool {
  static toolName = 'PlaneAngle';
}
class BallTool extends CircleROITool {
  static toolName = 'Ball';
}

const LEFT: Record<string, string> = {
  crosshair: CrosshairsTool.toolName, scroll: StackScrollTool.toolName, window: WindowLevelTool.toolName, pan: PanTool.toolName, zoom: ZoomTool.toolName,
  length: PlaneLengthTool.toolName, angle: PlaneAngleTool.toolName, ball: BallTool.toolName,
};
const ALWAYS: Record<string, number> = { [StackScrollTool.toolName]: Wheel, [PanTool.toolName]: Auxiliary, [ZoomTool.toolName]: Secondary };
const MEASURES = [PlaneLengthTool.toolName, PlaneAngleTool.toolName, BallTool.toolName];
export const PLANE_COLOURS: Record<string, string> = { axial: 'rgb(235, 108, 108)', coronal: 'rgb(112, 184, 255)', sagittal: 'rgb(126, 214, 137)' };
const PLANES = 'planes';
const SOLID = 'solid';

interface Stats { length?: number; angle?: number }
interface Data { cachedStats: Record<string, Stats>; handles: { points: Vector[] } }

let current = 'crosshair';
let measured: Layer[] = [];

export function roomTool(): string {
  return current;
}

function lengthText(data: Data): string[] {
  const [a, b] = data.handles.points;
  return a && b ? [`${Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]).toFixed(1)} mm`] : [];
}

function angleText(data: Data): string[] {
  const [a, tip, b] = data.handles.points;
  if (!a || !tip || !b) return [];
  const [one, other] = [a, b].map((end) => end.map((part, axis) => part - tip[axis]));
  const cosine = one.reduce((sum, part, axis) => sum + part * other[axis], 0) / (Math.hypot(...one) * Math.hypot(...other));
  return [`${((Math.acos(Math.min(1, Math.max(-1, cosine))) * 180) / Math.PI).toFixed(1)}°`];
}

/** The circle is the middle of a ball; what is in it is read from every volume that is shown. */
function ballText(data: Data): string[] {
  const [centre, edge] = data.handles.points;
  if (!centre || !edge) return [];
  const radius = Math.hypot(...centre.map((part, axis) => part - edge[axis]));
  return [`⌀ ${(2 * radius).toFixed(1)} mm`, ...measured.flatMap((layer) => ballLines(layer, centre, radius))];
}

const read = new Map<string, Stats3D | undefined>();
const MOST_READ = 100;

/** What was read once is not read again at every drawing. */
function ballLines(layer: Layer, centre: Vector, radius: number): string[] {
  const key = [layer.id, ...centre, radius].join();
  if (read.size > MOST_READ) read.clear();
  if (!read.has(key)) read.set(key, statsInBall(layer.volume, centre, radius));
  const stats = read.get(key);
  return stats ? [`${say('mean')} ${layer.shown(stats.mean)}`, `${say('most')} ${layer.shown(stats.most)}`] : [];
}

function colourOf(viewportId: string): string {
  return PLANE_COLOURS[viewportId.replace('view-', '')] ?? 'rgb(200, 200, 200)';
}

function isCut(viewportId: string): boolean {
  return viewportId.replace('view-', '') in PLANE_COLOURS;
}

const SETTINGS: Record<string, object> = {
  [CrosshairsTool.toolName]: {
    getReferenceLineColor: colourOf, getReferenceLineControllable: isCut, getReferenceLineDraggableRotatable: isCut, getReferenceLineSlabThicknessControlsOn: () => false,
    handleRadius: 4, referenceLinesCenterGapRadius: 16,
  },
  [PlaneLengthTool.toolName]: { getTextLines: lengthText },
  [PlaneAngleTool.toolName]: { getTextLines: angleText },
  [BallTool.toolName]: { getTextLines: ballText },
};

function planesGroup(): Types.IToolGroup {
  const known = ToolGroupManager.getToolGroup(PLANES);
  if (known) return known;
  const group = ToolGroupManager.createToolGroup(PLANES)!;
  for (const tool of [CrosshairsTool, StackScrollTool, WindowLevelTool, PanTool, ZoomTool, PlaneLengthTool, PlaneAngleTool, BallTool]) {
    addTool(tool);
    group.addTool(tool.toolName, SETTINGS[tool.toolName]);
  }
  return group;
}

function solidGroup(): Types.IToolGroup {
  const known = ToolGroupManager.getToolGroup(SOLID);
  if (known) return known;
  const group = ToolGroupManager.createToolGroup(SOLID)!;
  for (const tool of [TrackballRotateTool, PanTool, ZoomTool]) {
    addTool(tool);
    group.addTool(tool.toolName);
  }
  group.setToolActive(TrackballRotateTool.toolName, { bindings: [{ mouseButton: Primary }] });
  group.setToolActive(PanTool.toolName, { bindings: [{ mouseButton: Auxiliary }] });
  group.setToolActive(ZoomTool.toolName, { bindings: [{ mouseButton: Secondary }, { mouseButton: Wheel }] });
  return group;
}

/** Give the views their tools; `layers` are what a ball is read from. */
export function equip(views: View[], layers: Layer[]): void {
  measured = layers;
  for (const view of views) (view.spec.look === 'plane' ? planesGroup() : solidGroup()).addViewport(view.spec.id, ENGINE);
  if (views.some((view) => view.spec.look === 'plane')) chooseRoomTool('crosshair');
}

export function unequip(views: View[]): void {
  const planes = ToolGroupManager.getToolGroup(PLANES);
  planes?.setToolDisabled(CrosshairsTool.toolName);
  for (const view of views) for (const group of [planes, ToolGroupManager.getToolGroup(SOLID)]) group?.removeViewports(ENGINE, view.spec.id);
}

/** Give the left button to a tool of the planes; the crosshair stays in sight and can be taken hold of. */
export function chooseRoomTool(name: string): boolean {
  if (!(name in LEFT)) return false;
  current = name;
  const group = planesGroup();
  for (const tool of Object.values(LEFT)) {
    const buttons = [...(tool === LEFT[name] ? [Primary] : []), ...(tool in ALWAYS ? [ALWAYS[tool]] : [])];
    group.setToolPassive(tool, { removeAllBindings: true });
    if (buttons.length) group.setToolActive(tool, { bindings: buttons.map((mouseButton) => ({ mouseButton })) });
    else if (!MEASURES.includes(tool) && tool !== CrosshairsTool.toolName) group.setToolDisabled(tool);
  }
  return true;
}

export function crossAt(place: Vector): void {
  (planesGroup().getToolInstance(CrosshairsTool.toolName) as CrosshairsTool).setToolCenter(place as never, true);
}

export function recentre(): void {
  (planesGroup().getToolInstance(CrosshairsTool.toolName) as CrosshairsTool).computeToolCenter();
}

/** Remove every measurement from the cut planes of this session. */
export function clearPlaneMarks(): void {
  const marks = annotation.state.getAllAnnotations().filter((mark) => MEASURES.includes(mark.metadata?.toolName ?? ''));
  for (const mark of marks) annotation.state.removeAnnotation(mark.annotationUID!);
  engine().render();
}
