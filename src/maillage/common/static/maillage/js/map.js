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

  const button = (at, className, size, text, options) =>
    L.marker(at, { icon: L.divIcon({ className, html: text, iconSize: [size, size] }), ...options });
  const pin = (at, name, words) => button(at, "pin", 26, "", { title: name }).bindPopup(words, { maxWidth: 260 });
  const cluster = (at, count) => button(at, "cluster", count > 999 ? 56 : 44, String(count), { count });

  // Places that a thumb could not tell apart are one button, which goes nearer; those behind one door, their list.
  const THUMB = 44; // pixels
  const apart = (one, other, zoom) => map.project(one, zoom).distanceTo(map.project(other, zoom));
  const piled = (its) => {
    const around = L.latLngBounds(its.map((one) => one.getLatLng()));
    const pile = cluster(its[0].getLatLng(), its.length); // a thumb away from all others
    if (apart(around.getSouthWest(), around.getNorthEast(), map.getMaxZoom()) >= THUMB) {
      return pile.on("click", () => map.fitBounds(around, { padding: [THUMB, THUMB] }));
    }
    const list = document.createElement("ul");
    for (const one of its) {
      list.appendChild(document.createElement("li")).append(one.getPopup().getContent().cloneNode(true));
    }
    return pile.bindPopup(list, { maxWidth: 260, maxHeight: 240, offset: [0, -6] });
  };
  const shown = L.layerGroup().addTo(map);
  const towns = []; // [name, longitude, latitude], thousandths of a degree
  let pins = [];
  let handfuls = [];
  let piles = new Map();
  const group = () => {
    const inside = frame.contains(document.activeElement);
    const zoom = map.getZoom();
    const left = new Set(pins);
    const found = [];
    // What is being read is not touched.
    for (const { pile, its } of piles.values()) {
      if (pile.isPopupOpen() && its.every((one) => left.has(one))) {
        its.forEach((one) => left.delete(one));
        found.push({ its });
      }
    }
    for (const one of left) {
      const at = one.getLatLng();
      const alone = one.isPopupOpen() || one.getElement()?.matches(":focus");
      const near = !alone && found.find((other) => other.at && apart(other.at, at, zoom) < THUMB);
      if (near) near.its.push(one);
      else found.push({ its: [one], at: !alone && at });
    }
    const before = piles;
    piles = new Map();
    const now = new Set(handfuls);
    for (const { its } of found) {
      const key = its.map(L.stamp).join();
      if (its.length > 1) piles.set(key, before.get(key) || { its, pile: piled(its) });
      now.add(its.length > 1 ? piles.get(key).pile : its[0]);
    }
    shown.eachLayer((one) => now.has(one) || shown.removeLayer(one));
    now.forEach((one) => shown.addLayer(one));
    name();
    if (inside && !frame.contains(document.activeElement)) frame.focus({ preventScroll: true }); // her button is gone
  };
  map.on("zoomend", group);
  // `many`: [latitude, longitude, how many] of places too many to be told one by one.
  const show = (some, many = []) => {
    pins = some;
    handfuls = many.map(([latitude, longitude, count]) =>
      cluster([latitude, longitude], count).on("click", ({ latlng }) => map.setView(latlng, map.getZoom() + 2)));
    group();
  };
  // A number alone says nothing to who does not see where it is.
  const name = () => shown.eachLayer((one) => {
    const { count } = one.options;
    if (!count) return;
    const { lat, lng } = one.getLatLng();
    let [town, least] = ["", 0.1]; // about 30 km
    for (const [its, x, y] of towns) {
      const far = (y / 1000 - lat) ** 2 + (x / 1000 - lng) ** 2 / 2;
      if (far < least) [town, least] = [its, far];
    }
    one.getElement().setAttribute("aria-label", (town ? told.manyNear : told.many).replace("{n}", count).replace("{place}", town));
  });

  // A popup takes the focus, and gives it back to its button.
  map.on("popupopen", ({ popup }) => {
    const box = popup.getElement();
    const close = box.querySelector(".leaflet-popup-close-button");
    close.setAttribute("aria-label", told.close);
    (box.querySelector(".leaflet-popup-content a") || close).focus({ preventScroll: true });
  });
  map.on("popupclose", ({ popup }) => {
    if (document.activeElement === document.body) popup._source.getElement()?.focus({ preventScroll: true });
  });
  frame.addEventListener("keydown", (press) => {
    if (press.key === "Escape") map.closePopup();
    const on = press.target.closest("[role=button]");
    if (!on || !["Enter", " "].includes(press.key)) return;
    press.preventDefault();
    const place = shown.getLayers().find((one) => one.getElement() === on);
    if (place) place.fire("click", { latlng: place.getLatLng() }); // after a drag, Leaflet takes no click for one
    else on.click();
  });

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
  const names = L.layerGroup().addTo(map);
  map.createPane("names"); // under the places
  const drawCommunes = (address) => once(address, (communes) => {
    L.polygon(communes.flatMap((one) => lines(one[3])), { ...style, fill: false, weight: 1, className: "commune" }).addTo(map);
    towns.push(...communes);
    label();
    name();
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
    window.byView({ told, map, pin, show, draw, drawCommunes, settle }); // map-view.js
    return;
  }

  // Of the list: each of its items that has a place.
  const places = [...document.querySelectorAll("[data-at]")].map((item) => [item, item.dataset.at.split(",").map(Number)]);
  const listed = places.map(([item, at]) => {
    const words = document.createElement("div");
    words.append(...[...item.querySelectorAll("h3, .place__facts, .place__ways")].map((one) => one.cloneNode(true)));
    return pin(at, item.querySelector("h3").textContent, words);
  });
  const centre = told.latitude ? [Number(told.latitude), Number(told.longitude)] : null;
  if (centre) button(centre, "here", 18, "", { interactive: false, keyboard: false }).addTo(map);
  const near = places.map(([, at]) => at);
  if (centre) near.push(centre);
  if (near.length > 1) map.fitBounds(near, { padding: [30, 30], maxZoom: 10, animate: false });
  else map.setView(near[0] || [46.6, 2.4], near.length ? 10 : 5, { animate: false });
  show(listed);
  // Its own département at once; its neighbours, and communes, when the reader looks around.
  const [own, ...around] = told.outlines.split(" ").filter(Boolean);
  if (own) draw(own).then(settle, settle);
  map.once("movestart zoomstart", () => {
    around.forEach(draw);
    if (told.communes) drawCommunes(told.communes);
  });
})();
