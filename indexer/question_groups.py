"""Which questions ask for the same: groups of them by meaning, as many as there happen to be.

A graph joins each question to those most like it; its communities are found first (Louvain), which is quick and sees how
questions hang together. How large a community is depends on how many questions there are, though, so what is not alike is
parted again, and what is alike is joined, both by the average cosine between members: that means the same for ten questions
and for a hundred thousand. Figures: docs/experiments/0045-grouping-of-misses.md.
"""

import faiss
import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform
from sknetwork.clustering import Louvain

Vectors = NDArray[np.float32]
Labels = NDArray[np.int64]

NEIGHBOURS = 15
# Average cosine between members: below the first a community is parted, from the second two are one.
PARTED_BELOW, ONE_FROM = 0.30, 0.37
# A question stays with those it was with unless the others are clearly nearer: the weight of that, in neighbours.
LOYALTY = 4.0
# Up to so many questions each is compared with each; beyond, with those of the nearest cells.
_EXACT_UP_TO = 20_000
_COMMON_AFTER = 100
# Memory grows with the squares of these.
_LARGEST_COMMUNITY, _MOST_JOINED = 2_000, 4_000


def group_questions(vectors: Vectors, prior: Labels | None = None) -> Labels:
    """The number of the group of each question, from 0 without holes.

    vectors: float32, shape (n, dimensions), of unit length and centred. prior: shape (n,), the group in which each was
    before, -1 for none; groups stay as they were where the questions allow it. The same input gives the same groups.
    """
    if not len(vectors):
        return np.zeros(0, np.int64)
    vectors = _without_common_part(vectors)
    # What many people asked in the same words is one question: it would be its own only neighbour.
    distinct, of_each = np.unique(vectors, axis=0, return_inverse=True)
    of_each = of_each.ravel()
    before = np.full(len(distinct), -1, np.int64)
    if prior is not None:
        before[of_each[prior >= 0]] = prior[prior >= 0]
    found = _communities(_graph(distinct), before) if len(distinct) > 2 else np.arange(len(distinct))
    parted = _part(distinct, found)
    weights = np.bincount(of_each).astype(np.float64)
    return _number(_join(distinct, weights, parted)[of_each])


def _without_common_part(vectors: Vectors) -> Vectors:
    """What all have in common, such as the trade, says nothing of how they differ. Of few it is not known yet."""
    count = len(vectors)
    rest = vectors - vectors.mean(axis=0) * (count / (count + _COMMON_AFTER))
    return np.asarray(rest / np.maximum(np.linalg.norm(rest, axis=1, keepdims=True), 1e-9), np.float32)


def _graph(vectors: Vectors) -> sparse.csr_matrix:
    """Symmetric; the weight of an edge is the squared cosine."""
    count, k = len(vectors), min(NEIGHBOURS, len(vectors) - 1)
    cosines, ids = _index_of(vectors).search(vectors, k + 1)
    rows = np.repeat(np.arange(count), k + 1)
    columns, weights = ids.ravel(), np.clip(cosines.ravel(), 1e-3, None) ** 2
    is_other = (columns != rows) & (columns >= 0)
    graph = sparse.csr_matrix((weights[is_other], (rows[is_other], columns[is_other])), shape=(count, count))
    return graph.maximum(graph.T)


def _index_of(vectors: Vectors) -> faiss.Index:
    count, dimensions = vectors.shape
    exact = faiss.IndexFlatIP(dimensions)
    if count <= _EXACT_UP_TO:
        exact.add(vectors)
        return exact
    cells = int(4 * count**0.5)
    index = faiss.IndexIVFFlat(exact, dimensions, cells, faiss.METRIC_INNER_PRODUCT)
    index.cp.niter, index.cp.seed, index.nprobe = 8, 1, 8
    index.train(vectors[:: max(1, count // (40 * cells))])
    index.add(vectors)
    return index


def _communities(graph: sparse.csr_matrix, before: Labels) -> Labels:
    count = graph.shape[0]
    size = max(4.0, 1.2 * count**0.5)
    known = before >= 0
    if known.any():
        # A node for each former group, joined to its members, holds them together.
        groups, place = np.unique(before[known], return_inverse=True)
        ties = sparse.csr_matrix(
            (np.full(known.sum(), LOYALTY * graph.data.mean()), (np.flatnonzero(known), place)),
            shape=(count, len(groups)),
        )
        graph = sparse.csr_matrix(sparse.bmat([[graph, ties], [ties.T, None]]))
    labels = Louvain(resolution=count / size / 2, random_state=0).fit_predict(graph)
    return np.asarray(labels[:count], np.int64)


def _part(vectors: Vectors, labels: Labels) -> Labels:
    """Each community by average linkage into parts whose members are alike on average."""
    parted = np.zeros(len(vectors), np.int64)
    following = 0
    for members in _members(labels):
        for part in _in_pieces(members):
            inner = _linked(vectors[part])
            parted[part] = following + inner
            following += int(inner.max()) + 1
    return parted


def _members(labels: Labels) -> list[NDArray[np.int64]]:
    order = np.argsort(labels, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(labels[order])) + 1)


def _in_pieces(members: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    # What belongs together in two pieces is joined again afterwards.
    return np.array_split(members, -(-len(members) // _LARGEST_COMMUNITY))


def _linked(vectors: Vectors) -> Labels:
    if len(vectors) == 1:
        return np.zeros(1, np.int64)
    distances = np.clip(1.0 - vectors @ vectors.T, 0.0, 2.0)
    np.fill_diagonal(distances, 0.0)
    tree = linkage(squareform(distances, checks=False), "average")
    return np.asarray(fcluster(tree, 1.0 - PARTED_BELOW, "distance"), np.int64) - 1


def _join(vectors: Vectors, weights: NDArray[np.float64], labels: Labels) -> Labels:
    """Join groups whose members are alike on average, the most alike first."""
    count = int(labels.max()) + 1
    sums = np.zeros((count, vectors.shape[1]))
    np.add.at(sums, labels, vectors * weights[:, None])
    sizes = np.bincount(labels, weights, count).astype(np.float64)
    chosen = np.argsort(-sizes, kind="stable")[:_MOST_JOINED]
    means = (sums[chosen] / sizes[chosen, None]).astype(np.float32)
    into = np.arange(count)
    for kept, gone in _merges(means @ means.T, sizes[chosen].copy()):
        into[into == chosen[gone]] = chosen[kept]
    return into[labels]


def _merges(alike: Vectors, sizes: NDArray[np.float64]) -> list[tuple[int, int]]:
    """Average linkage, (kept, gone) in order. `alike`: mean cosine between the members of two groups; changed in place."""
    np.fill_diagonal(alike, -2.0)
    best = alike.argmax(axis=1)
    height = alike[np.arange(len(alike)), best]
    merges = []
    while height.max() >= ONE_FROM:
        kept = int(height.argmax())
        gone = int(best[kept])
        merged = (sizes[kept] * alike[kept] + sizes[gone] * alike[gone]) / (sizes[kept] + sizes[gone])
        merged[[kept, gone]] = -2.0
        alike[kept], alike[:, kept] = merged, merged
        alike[gone], alike[:, gone] = -2.0, -2.0
        sizes[kept] += sizes[gone]
        stale = (best == kept) | (best == gone)
        stale[kept] = stale[gone] = True
        rows = np.flatnonzero(stale)
        best[rows] = alike[rows].argmax(axis=1)
        height[rows] = alike[rows, best[rows]]
        better = alike[:, kept] > height
        best[better], height[better] = kept, alike[better, kept]
        merges.append((kept, gone))
    return merges


def _number(labels: Labels) -> Labels:
    """From 0, in the order of first appearance."""
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    order = np.empty(len(first), np.int64)
    order[np.argsort(first)] = np.arange(len(first))
    return np.asarray(order[inverse.ravel()], np.int64)
