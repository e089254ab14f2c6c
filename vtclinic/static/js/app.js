/** What every page does: leave quickly, move focus after a part was replaced, send a form once. */

import { watchForms } from "./forms.js";
import { watchLeaving } from "./leave.js";

watchLeaving();
watchForms();
