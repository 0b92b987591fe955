// The map of the directory: what is in its view, one by one or by the handful, as the server says at each move.
window.byView = ({ frame, told, map, clusters, icon, pin, draw, drawCommunes, settle }) => {
  const [south, west, north, east] = told.bounds.split(",").map(Number);
  const handfuls = L.layerGroup().addTo(map);
  let pins = new Map();
  // What is still there is left alone: its popup stays open, its focus where it was.
  const pinned = (points) => {
    const now = new Map();
    const fresh = [];
    for (const one of points) {
      const [latitude, longitude, , name, address] = one;
      let key = one.join(" ");
      while (now.has(key)) key += " ";
      const kept = pins.get(key);
      const marker = kept || pin([latitude, longitude], name, Object.assign(document.createElement("a"), { href: address, textContent: name }));
      now.set(key, marker);
      if (!kept) fresh.push(marker);
    }
    const gone = [...pins].filter(([key]) => !now.has(key)).map(([, marker]) => marker);
    pins = now;
    if (gone.length) clusters.removeLayers(gone);
    if (fresh.length) clusters.addLayers(fresh);
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
    pinned(answer.points.filter((one) => one[4]));
    handfuls.clearLayers();
    for (const [latitude, longitude, count, , address] of answer.points) {
      if (address) continue;
      const at = [latitude, longitude];
      const text = String(count);
      const closer = ({ type, originalEvent }) => {
        if (type === "keypress") {
          if (originalEvent.key !== "Enter") return;
          frame.focus(); // its marker goes away
        }
        map.setView(at, map.getZoom() + 2);
      };
      handfuls.addLayer(L.marker(at, { icon: icon("cluster", count > 999 ? 56 : 44, text), title: text, alt: text }).on("click keypress", closer));
    }
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
