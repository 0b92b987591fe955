// A map of what the page lists, or of what the directory holds in its view. Nothing is asked of another site, unless
// the operator gave tiles of his own.
(() => {
  const frame = document.getElementById("map");
  if (!frame || !window.L) return;
  const told = frame.dataset;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const map = L.map(frame, {
    attributionControl: Boolean(told.tiles),
    zoomAnimation: !still, fadeAnimation: false, markerZoomAnimation: !still,
    minZoom: 5, maxZoom: 17, zoomControl: false,
  });
  L.control.zoom({ zoomInTitle: told.closer, zoomOutTitle: told.farther }).addTo(map);
  if (told.tiles) {
    L.tileLayer(told.tiles, { attribution: told.tilesBy.replace(/[<>&]/g, ""), maxZoom: 17 }).addTo(map);
    map.attributionControl.setPrefix(false);
  }

  const icon = (name, size, text = "") => L.divIcon({ className: name, html: text, iconSize: [size, size] });
  const clusters = L.markerClusterGroup({
    showCoverageOnHover: false,
    animate: !still,
    maxClusterRadius: 44,
    iconCreateFunction: (cluster) => icon("cluster", 44, String(cluster.getChildCount())),
  });
  map.addLayer(clusters);
  const pin = (at, name, words) =>
    L.marker(at, { icon: icon("pin", 26), title: name, alt: name }).bindPopup(words, { maxWidth: 260 });

  // A popup opened with the keyboard takes the focus, and gives it back to its marker.
  let opener;
  map.on("popupopen", ({ popup }) => {
    const box = popup.getElement();
    box.querySelector(".leaflet-popup-close-button").setAttribute("aria-label", told.close);
    const marker = popup._source.getElement();
    opener = marker?.matches(":focus-visible") ? marker : undefined;
    if (opener) box.querySelector("a:not([href='#close'])")?.focus();
  });
  map.on("popupclose", () => {
    opener?.focus();
    opener = undefined;
  });
  frame.addEventListener("keydown", (press) => { if (press.key === "Escape") map.closePopup(); });

  // Outlines and names, each file fetched once.
  const asked = new Map();
  const fetched = (address) => {
    if (!asked.has(address)) asked.set(address, fetch(address).then((answer) => answer.json()));
    return asked.get(address);
  };
  const style = { interactive: false, fillOpacity: told.tiles ? 0 : 1 };
  const lines = (rings) => rings.map((flat) => {
    let [x, y] = flat;
    const ring = [[y / 1000, x / 1000]];
    for (let at = 2; at < flat.length; at += 2) {
      x += flat[at];
      y += flat[at + 1];
      ring.push([y / 1000, x / 1000]);
    }
    return [ring];
  });
  const drawn = new Set();
  const once = async (address, draw) => {
    if (drawn.has(address)) return;
    drawn.add(address);
    draw(await fetched(address));
  };
  const draw = (address) => once(address, (outline) => {
    for (const one of outline.r ? [outline] : Object.values(outline)) {
      L.polygon(lines(one.r), { ...style, weight: 1.5, className: "departement" }).addTo(map).bringToBack();
    }
  });
  const towns = [];
  const names = L.layerGroup().addTo(map);
  map.createPane("names"); // under the places
  const drawCommunes = (address) => once(address, (communes) => {
    L.polygon(communes.flatMap((one) => lines(one[3])), { ...style, fill: false, weight: 1, className: "commune" }).addTo(map);
    towns.push(...communes);
    label();
  });
  // The names of the larger communes in view, as many as fit.
  const label = () => {
    names.clearLayers();
    if (map.getZoom() < 9 || told.tiles) return;
    const size = map.getSize();
    const taken = [];
    for (const [name, x, y] of towns) {
      if (taken.length > 14) break;
      const at = map.latLngToContainerPoint([y / 1000, x / 1000]);
      const wide = 8 * name.length;
      if (at.x < 0 || at.y < 0 || (at.x < 64 && at.y < 108) || at.x + wide > size.x || at.y > size.y) continue;
      if (taken.some(([other, its]) => Math.abs(other.y - at.y) < 26 && at.x < other.x + its + 14 && other.x < at.x + wide + 14)) continue;
      taken.push([at, wide]);
      names.addLayer(L.marker([y / 1000, x / 1000], { icon: L.divIcon({ className: "town", html: name, iconSize: null }), pane: "names", interactive: false, keyboard: false }));
    }
  };
  map.on("moveend", label);
  const settle = () => { frame.dataset.drawn = ""; };

  if (told.points) {
    window.byView({ frame, told, map, clusters, icon, pin, draw, drawCommunes, settle }); // map-view.js
    return;
  }

  // Of the list: each of its items that has a place.
  const places = [...document.querySelectorAll("[data-at]")].map((item) => [item, item.dataset.at.split(",").map(Number)]);
  for (const [item, at] of places) {
    const words = document.createElement("div");
    words.append(...[...item.querySelectorAll("h3, .place__facts, .place__ways")].map((one) => one.cloneNode(true)));
    clusters.addLayer(pin(at, item.querySelector("h3").textContent, words));
  }
  const centre = told.latitude ? [Number(told.latitude), Number(told.longitude)] : null;
  if (centre) L.marker(centre, { icon: icon("here", 18), interactive: false, keyboard: false }).addTo(map);
  const near = places.map(([, at]) => at);
  if (centre) near.push(centre);
  if (near.length > 1) map.fitBounds(near, { padding: [30, 30], maxZoom: 10, animate: false });
  else map.setView(near[0] || [46.6, 2.4], near.length ? 10 : 5, { animate: false });
  // Its own département at once; its neighbours, and communes, when the reader looks around.
  const [own, ...around] = told.outlines.split(" ").filter(Boolean);
  if (own) draw(own).then(settle, settle);
  map.once("movestart zoomstart", () => {
    around.forEach(draw);
    if (told.communes) drawCommunes(told.communes);
  });
})();
