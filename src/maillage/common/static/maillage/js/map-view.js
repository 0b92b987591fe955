// The map of the directory: what is in its view, one by one or by the handful, as the server says at each move.
window.byView = ({ told, map, pin, show, draw, drawCommunes, settle }) => {
  const [south, west, north, east] = told.bounds.split(",").map(Number);
  const pins = new Map();
  // What is still there is left alone: its popup stays open, its focus where it was.
  const pinned = (points) => {
    const found = new Map();
    for (const one of points) {
      let key = one.join(" ");
      while (found.has(key)) key += " ";
      found.set(key, one);
    }
    for (const key of pins.keys()) if (!found.delete(key)) pins.delete(key);
    for (const [key, [latitude, longitude, , name, address]] of found) {
      pins.set(key, pin([latitude, longitude], name, Object.assign(document.createElement("a"), { href: address, textContent: name })));
    }
    return [...pins.values()];
  };
  const total = document.querySelector("[data-total]");
  const list = document.querySelector("[data-list]");
  const base = list.getAttribute("href");
  let last;
  const look = async () => {
    const seen = map.getBounds();
    const bounds = [Math.max(-90, seen.getSouth()), Math.max(-180, seen.getWest()), Math.min(90, seen.getNorth()), Math.min(180, seen.getEast())]
      .map((degrees) => degrees.toFixed(4)).join(",");
    last?.abort();
    last = new AbortController();
    let answer;
    try {
      answer = await (await fetch(`${told.points}&bounds=${bounds}`, { signal: last.signal })).json();
    } catch {
      return; // the view moved on, or the network went: what is drawn stays
    }
    show(pinned(answer.points.filter((one) => one[4])), answer.points.filter((one) => !one[4]));
    answer.outlines.forEach(draw);
    answer.communes.forEach(drawCommunes);
    total.textContent = answer.total.toLocaleString(document.documentElement.lang);
    list.href = `${base}&bounds=${bounds}`;
    total.closest("[hidden]")?.removeAttribute("hidden");
    settle();
  };
  map.on("moveend", look);
  map.fitBounds([[south, west], [north, east]], { animate: false });
};
