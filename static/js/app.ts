// What every page has. Each module looks for its data- hooks; parts that htmx brings later are started when they arrive.
import "./htmx";
import { askStart } from "./ask";
import { autosaveStart } from "./autosave";
import { clockStart } from "./clock";
import { comboboxStart } from "./combobox";
import { datesStart } from "./dates";
import { deskStart } from "./desk";
import { dialogStart } from "./dialog";
import { figuresStart } from "./figures";
import { formsStart } from "./forms";
import { keyboardStart } from "./keyboard";
import { keypickStart } from "./keypick";
import { liveStart } from "./live";
import { menuStart } from "./menu";
import { patientStart } from "./patient";
import { postStart } from "./post";
import { preferencesStart } from "./preferences";
import { problemStart } from "./problem";
import { reportParts, reportStart } from "./report";
import { searchStart } from "./search";
import { whenShown } from "./shown";
import { slotKeysStart, slotsStart } from "./slots";
import { tillStart } from "./till";
import { tableKeysStart, tableStart } from "./table";
import { thumbParts, thumbsStart } from "./thumbs";
import { toastStart } from "./toast";

let chartsLoaded = false;

async function chartsIfAny(): Promise<void> {
  if (chartsLoaded || !document.querySelector("[data-chart]")) return;
  chartsLoaded = true;
  (await import("./chart")).chartsStart();
}

function startParts(root: ParentNode): void {
  tableStart(root);
  comboboxStart(root);
  slotsStart(root);
  autosaveStart(root);
  reportParts(root);
  thumbParts(root);
  void chartsIfAny();
}

menuStart();
problemStart();
clockStart();
whenShown(patientStart);
slotKeysStart();
dialogStart();
preferencesStart();
keypickStart();
keyboardStart();
tableKeysStart();
datesStart();
formsStart();
figuresStart();
searchStart();
postStart();
reportStart();
thumbsStart();
toastStart();
deskStart();
askStart();
tillStart();
startParts(document);
whenShown(liveStart);
document.addEventListener("htmx:afterSettle", () => startParts(document));
document.documentElement.dataset["ready"] = "1";
