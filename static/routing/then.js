// Tells the times of a conversation of the past by the reader's clock.

import { keepTimes } from "../shared/times.js";

keepTimes();
