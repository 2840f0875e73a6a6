// GET /test/routes: what Express has registered on Node-RED's admin API for nodes, as method and path.

/** All routes of an Express application or router, those of routers within it too. */
function routesIn(router) {
  const { stack = [] } = router._router ?? router.router ?? router;
  return stack.flatMap(({ route, handle }) => {
    if (!route) return handle.stack ? routesIn(handle) : [];
    return Object.keys(route.methods).map(method => ({ method: method.toUpperCase(), path: String(route.path) }));
  });
}

module.exports = ({ httpAdmin }) => {
  httpAdmin.get('/test/routes', (_request, response) => response.json(routesIn(httpAdmin)));
};
