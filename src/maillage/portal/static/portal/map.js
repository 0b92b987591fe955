// The map of what the list holds: nothing is asked of another site, unless the operator gave tiles of his own.
(() => {
  const frame = document.getElementById("map");
  if (!frame || !window.L) return;
  const places = [...document.querySelectorAll("[data-at]")].map((item) => ({
    at: item.dataset.at.split(",").map(Number),
    item,
    name: item.querySelector("h3").textContent,
  }));
  const centre = frame.dataset.latitude ? [Number(frame.dataset.latitude), Number(frame.dataset.longitude)] : null;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const map = L.map(frame, {
    attributionControl: Boolean(frame.dataset.tiles),
    zoomAnimation: !still, fadeAnimation: false, markerZoomAnimation: !still,
    minZoom: 5, maxZoom: 17,
  });
  if (frame.dataset.tiles) {
    L.tileLayer(frame.dataset.tiles, { attribution: frame.dataset.tilesBy.replace(/[<>&]/g, ""), maxZoom: 17 }).addTo(map);
    map.attributionControl.setPrefix(false);
  }

  const icon = (name, size, text = "") => L.divIcon({ className: name, html: text, iconSize: [size, size] });
  const clusters = L.markerClusterGroup({
    showCoverageOnHover: false,
    animate: !still,
    maxClusterRadius: 44,
    iconCreateFunction: (cluster) => icon("cluster", 44, String(cluster.getChildCount())),
  });
  for (const place of places) {
    const marker = L.marker(place.at, { icon: icon("pin", 26), title: place.name, alt: place.name });
    const words = document.createElement("div");
    words.append(...[...place.item.querySelectorAll("h3, .place__facts, .place__ways")].map((one) => one.cloneNode(true)));
    clusters.addLayer(marker.bindPopup(words, { maxWidth: 260 }));
  }
  map.addLayer(clusters);
  if (centre) L.marker(centre, { icon: icon("here", 18), interactive: false, keyboard: false }).addTo(map);

  const near = places.map((place) => place.at);
  if (centre) near.push(centre);
  if (near.length > 1) map.fitBounds(near, { padding: [30, 30], maxZoom: 10, animate: false });
  else map.setView(near[0] || [46.6, 2.4], near.length ? 10 : 5, { animate: false });

  // Outlines of départements, each fetched once, when the view reaches where it may be.
  const draw = async (address) => {
    const outline = await (await fetch(address)).json();
    const rings = outline.r.map((flat) => {
      let [x, y] = flat;
      const ring = [[y / 1000, x / 1000]];
      for (let at = 2; at < flat.length; at += 2) {
        x += flat[at];
        y += flat[at + 1];
        ring.push([y / 1000, x / 1000]);
      }
      return ring;
    });
    L.polygon(rings.map((ring) => [ring]), { weight: 1.5, fillOpacity: frame.dataset.tiles ? 0 : 1, interactive: false }).addTo(map);
  };
  // Its own département at once; its neighbours when the reader looks around.
  const [own, ...around] = frame.dataset.outlines.split(" ").filter(Boolean);
  const settle = () => { frame.dataset.drawn = ""; };
  if (own) draw(own).then(settle, settle);
  map.once("movestart zoomstart", () => Promise.allSettled(around.map(draw)));
})();
