"""Put tasks into an order in which they can be done."""


def order(graph):
    done = []
    for name in graph.needs:
        visit(graph, name, done)
    return done


def visit(graph, name, done):
    if name in done:
        return
    done.append(name)
    for need in graph.needs[name]:
        visit(graph, need, done)


def levels(graph):
    depth = {}
    for name in order(graph):
        depth[name] = 1 + max([depth.get(need, 0) for need in graph.needs[name]], default=0)
    return depth
