/** Where the teammate's clock is: days in a search and times on paper are meant by it. */

import { ask } from "./ask.js";

/** Says so when it is not the zone that the page was made for: once for each change. */
export async function tellZone() {
  const { dataset } = document.body;
  const timezone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!timezone || !dataset.zoneUrl || dataset.zone === timezone) return;
  try {
    await ask(dataset.zoneUrl, { form: { timezone } });
    dataset.zone = timezone;
  } catch {
    // The server may not know this zone, or be away: the next page tries again.
  }
}
