// "" or the path under which the site stands behind its proxy, such as "/support": scripts lie in static/dist below it.
export const siteRoot = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");
