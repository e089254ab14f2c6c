/**
 * Shows a notice when a push message comes, and opens the page it leads to. The words are neutral, whatever arrives;
 * nothing is fetched, kept or told to anybody.
 */

const WORDS = "You have a new notice";
const LONGEST = 80;

/** @param {PushMessageData | null} data */
function read(data) {
  let told = {};
  try {
    told = data ? data.json() : {};
  } catch {
    // Not from us, or from another version: the notice is shown without its path.
  }
  const text = typeof told.text === "string" && told.text && told.text.length <= LONGEST ? told.text : WORDS;
  const own = typeof told.path === "string" && /^\/(?![/\\])/.test(told.path);
  return { text, path: own ? told.path : "/news", tag: typeof told.tag === "string" ? told.tag : "news" };
}

self.addEventListener("push", (event) => {
  const { text, path, tag } = read(event.data);
  event.waitUntil(self.registration.showNotification(text, { tag, data: { path } }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(self.clients.openWindow(event.notification.data?.path ?? "/news"));
});
