// The tools of the volume room. Its measurements have names of their own: they lie in cut planes, on no picture of the archive.
import { addTool, AngleTool, CircleROITool, CrosshairsTool, Enums, LengthTool, PanTool, StackScrollTool, ToolGroupManager, TrackballRotateTool, type Types, WindowLevelTool, ZoomTool } from '@cornerstonejs/tools';
import { ENGINE } from '../engine';
import type { Vector } from './geometry';
import type { Layer } from './layer';
import { ANGLE, BALL, LENGTH, planeLines } from './planevalues';
import { buttonsOf } from '../tools';
import type { View } from './view';

const { Primary, Secondary, Auxiliary, Wheel } = Enums.MouseBindings;

class PlaneLengthTool extends LengthTool {
  static toolName = LENGTH;
}
class PlaneAngleTool extends AngleTool {
  static toolName = ANGLE;
}
/** Without its own observer of the size, which forgets on the way how the volume was turned, moved and zoomed: the engine keeps that by itself. */
class TurnTool extends TrackballRotateTool {
  static toolName = 'Turn';
  onSetToolActive = () => undefined;
  onSetToolDisabled = () => undefined;
}
class BallTool extends CircleROITool {
  static toolName = BALL;
}

const LEFT: Record<string, string> = {
  crosshair: CrosshairsTool.toolName, scroll: StackScrollTool.toolName, window: WindowLevelTool.toolName, pan: PanTool.toolName, zoom: ZoomTool.toolName,
  length: PlaneLengthTool.toolName, angle: PlaneAngleTool.toolName, ball: BallTool.toolName,
};
const MEASURES = [PlaneLengthTool.toolName, PlaneAngleTool.toolName, BallTool.toolName];
const PLANE_COLOURS: Record<string, string> = { axial: 'rgb(235, 108, 108)', coronal: 'rgb(112, 184, 255)', sagittal: 'rgb(126, 214, 137)' };
const PLANES = 'planes';
const SOLID = 'solid';

interface Data { handles: { points: Vector[] } }

let current = 'crosshair';
let measured: Layer[] = [];

export function roomTool(): string {
  return current;
}

/** The lines beside a mark of `tool`, for the engine. */
function linesFor(tool: string): (data: Data) => string[] {
  return (data) => planeLines(tool, data.handles.points, measured);
}

/** Whether marks of this tool lie in the patient, on no picture of the archive. */
export function isPlaneMark(tool: string): boolean {
  return MEASURES.includes(tool);
}

interface Drawing { isDrawing?: boolean; editData?: { annotation?: Types.Annotation; newAnnotation?: boolean } | null }

/** The mark that is being drawn and was not there before. */
export function markBegun(): string | undefined {
  const tools = Object.values(ToolGroupManager.getToolGroup(PLANES)?.getToolInstances() ?? {}) as Drawing[];
  return tools.find(({ isDrawing, editData }) => isDrawing && editData?.newAnnotation)?.editData?.annotation?.annotationUID;
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
  ...Object.fromEntries(MEASURES.map((tool) => [tool, { getTextLines: linesFor(tool) }])),
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
  for (const tool of [TurnTool, PanTool, ZoomTool]) {
    addTool(tool);
    group.addTool(tool.toolName);
  }
  group.setToolActive(TurnTool.toolName, { bindings: [{ mouseButton: Primary }] });
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
  for (const [other, tool] of Object.entries(LEFT)) {
    const buttons = [...(other === name ? [Primary] : []), ...buttonsOf(other)];
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

/** Where the planes cross; undefined before they do. */
export function crossing(): Vector | undefined {
  const { toolCenter } = planesGroup().getToolInstance(CrosshairsTool.toolName) as CrosshairsTool;
  return toolCenter?.every(Number.isFinite) ? ([...toolCenter] as Vector) : undefined;
}
