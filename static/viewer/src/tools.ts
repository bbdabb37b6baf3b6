// The tools, as plain data: which exist, which button has them, and how their result reads.
import {
  addTool, AngleTool, annotation, ArrowAnnotateTool, BidirectionalTool, CircleROITool, EllipticalROITool, Enums, LabelTool, LengthTool, LivewireContourTool,
  MagnifyTool, PanTool, PlanarFreehandROITool, ProbeTool, RectangleROITool, ReferenceLinesTool, SplineROITool, StackScrollTool, ToolGroupManager,
  WindowLevelTool, ZoomTool, type Types,
} from '@cornerstonejs/tools';
import { readBoot } from './boot';
import { linesFor } from './measuring/readings';
import { askForText } from './measuring/textentry';
import { CardiothoracicTool, TwoLinesTool } from './measuring/twolines';
import { CornersTool } from './measuring/words';

const GROUP = 'reading';
const { Primary, Secondary, Auxiliary, Wheel } = Enums.MouseBindings;

interface ToolBinding { name: string; tool: string; measures?: boolean }

export const BINDINGS: ToolBinding[] = [
  { name: 'scroll', tool: StackScrollTool.toolName },
  { name: 'window', tool: WindowLevelTool.toolName },
  { name: 'pan', tool: PanTool.toolName },
  { name: 'zoom', tool: ZoomTool.toolName },
  { name: 'lens', tool: MagnifyTool.toolName },
  { name: 'length', tool: LengthTool.toolName, measures: true },
  { name: 'diameters', tool: BidirectionalTool.toolName, measures: true },
  { name: 'ctr', tool: CardiothoracicTool.toolName, measures: true },
  { name: 'angle', tool: AngleTool.toolName, measures: true },
  { name: 'cobb', tool: TwoLinesTool.toolName, measures: true },
  { name: 'ellipse', tool: EllipticalROITool.toolName, measures: true },
  { name: 'circle', tool: CircleROITool.toolName, measures: true },
  { name: 'rectangle', tool: RectangleROITool.toolName, measures: true },
  { name: 'freehand', tool: PlanarFreehandROITool.toolName, measures: true },
  { name: 'spline', tool: SplineROITool.toolName, measures: true },
  { name: 'livewire', tool: LivewireContourTool.toolName, measures: true },
  { name: 'probe', tool: ProbeTool.toolName, measures: true },
  { name: 'arrow', tool: ArrowAnnotateTool.toolName, measures: true },
  { name: 'note', tool: LabelTool.toolName, measures: true },
];

const CLASSES = [
  CornersTool, StackScrollTool, WindowLevelTool, PanTool, ZoomTool, MagnifyTool, LengthTool, BidirectionalTool, CardiothoracicTool, AngleTool, TwoLinesTool,
  EllipticalROITool, CircleROITool, RectangleROITool, PlanarFreehandROITool, SplineROITool, LivewireContourTool, ProbeTool, ArrowAnnotateTool,
  LabelTool, ReferenceLinesTool,
];
/** Tools whose result is the words that are asked for. */
const WORDED = [ArrowAnnotateTool.toolName, LabelTool.toolName];
const ASKING = {
  getTextCallback: askForText,
  changeTextCallback: (mark: { data: { label?: string } }, _detail: unknown, done: (text?: string) => void) => askForText((text) => done(text ?? mark.data.label), mark.data.label),
};
const SETTINGS: Record<string, object> = {
  [MagnifyTool.toolName]: { magnifySize: 3, magnifyWidth: 260, magnifyHeight: 260 },
};

const LOOK = {
  color: 'rgb(232, 199, 102)', colorHighlighted: 'rgb(255, 226, 140)', colorSelected: 'rgb(255, 226, 140)', colorLocked: 'rgb(200, 200, 200)',
  lineWidth: '1.5', lineWidthSelected: '2.5', textBoxFontFamily: 'Inter, "Noto Sans CJK SC", "Microsoft YaHei", sans-serif', textBoxFontSize: '13px',
  textBoxColor: 'rgb(232, 199, 102)', textBoxColorHighlighted: 'rgb(255, 226, 140)', textBoxColorSelected: 'rgb(255, 226, 140)',
  textBoxColorLocked: 'rgb(200, 200, 200)', textBoxLinkLineWidth: '1', textBoxLinkLineDash: '2,3', shadow: true,
};

let current = 'window';

/** The buttons that a tool keeps whatever the left one does, as the reader chose. */
export function buttonsOf(name: string): number[] {
  const { middle, right, wheel } = readBoot().tools;
  return [[middle, Auxiliary], [right, Secondary], [wheel, Wheel]].filter(([tool]) => tool === name).map(([, button]) => button as number);
}

export function createToolGroup(): Types.IToolGroup {
  for (const tool of CLASSES) addTool(tool);
  const usual = annotation.config.style.getDefaultToolStyles();
  annotation.config.style.setDefaultToolStyles({ ...usual, global: { ...usual.global, ...LOOK } });
  const group = ToolGroupManager.createToolGroup(GROUP)!;
  for (const tool of CLASSES) group.addTool(tool.toolName, settingsOf(tool.toolName));
  group.setToolEnabled(CornersTool.toolName);
  for (const { tool, measures } of BINDINGS) if (measures) group.setToolPassive(tool);
  chooseTool(readBoot().tools.left);
  return group;
}

function settingsOf(tool: string): object | undefined {
  if (WORDED.includes(tool)) return ASKING;
  return isMeasuringTool(tool) ? { getTextLines: linesFor(tool) } : SETTINGS[tool];
}

export function isWorded(tool: string): boolean {
  return WORDED.includes(tool);
}

export function toolGroup(): Types.IToolGroup {
  return ToolGroupManager.getToolGroup(GROUP)!;
}

export function currentTool(): string {
  return current;
}

/** Give the left button to a tool; the others keep the buttons that are always theirs. */
export function chooseTool(name: string): boolean {
  const chosen = BINDINGS.find((binding) => binding.name === name);
  if (!chosen) return false;
  current = name;
  for (const binding of BINDINGS) bind(binding, binding === chosen);
  return true;
}

function bind({ name, tool, measures }: ToolBinding, left: boolean): void {
  const group = toolGroup();
  const buttons = [...(left ? [Primary] : []), ...buttonsOf(name)];
  // Without this an earlier left-button binding would stay beside the new one.
  group.setToolPassive(tool, { removeAllBindings: true });
  if (buttons.length) group.setToolActive(tool, { bindings: buttons.map((mouseButton) => ({ mouseButton })) });
  else if (!measures) group.setToolDisabled(tool);
}

/** Whether the left button measures now. */
export function isMeasuring(): boolean {
  return BINDINGS.some((binding) => binding.measures && binding.name === current);
}

export function isMeasuringTool(tool: string): boolean {
  return BINDINGS.some((binding) => binding.measures && binding.tool === tool);
}
