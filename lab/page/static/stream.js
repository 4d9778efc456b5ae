// One stream of events for all tabs of this browser: a shared worker.
"use strict";
const ports = new Set();
let last = {};
function tell(notice) {
  last = { ...last, ...notice, scenarios: undefined }; // later tabs request everything
  for (const port of ports) port.postMessage(notice);
}
function listen() {
  const stream = new EventSource("/events"); // reconnects by itself if it is interrupted
  stream.onopen = () => tell({ connected: true });
  stream.onerror = () => {
    tell({ connected: false });
    if (stream.readyState === EventSource.CLOSED) setTimeout(listen, 3000); // the server refused it
  };
  stream.addEventListener("news", (e) => tell({ ...JSON.parse(e.data), epoch: e.lastEventId.split("-")[0], connected: true }));
}
listen();
self.onconnect = (e) => {
  const port = e.ports[0];
  ports.add(port);
  port.onmessage = (m) => { if (m.data === "bye") ports.delete(port); };
  port.postMessage(last);
};
