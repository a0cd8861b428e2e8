"""Self-referential trees: down by recursion, up by the parent chain."""

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render

from tests.accuracy.declare import clean, fixed, mentions, n_plus_one
from tests.accuracy.shelf import populate
from tests.accuracy.shelf.models import Category

CHILDREN = "shelf.Category.children"


def _branch(category):
    children = category.children.all()
    below = [_branch(child) for child in children]  # culprit: tree_by_recursion
    return {"name": category.name, "children": below}


@n_plus_one(CHILDREN, populate=populate.categories)
def tree_by_recursion(request):
    roots = Category.objects.filter(parent=None)  # queryset
    return JsonResponse([_branch(root) for root in roots], safe=False)


@n_plus_one(CHILDREN, populate=populate.categories)
def tree_by_stack(request):
    names, stack = [], list(Category.objects.filter(parent=None))  # queryset
    while stack:
        category = stack.pop()
        names.append(category.name)
        stack.extend(category.children.all())  # culprit
    return JsonResponse(names, safe=False)


@n_plus_one(CHILDREN, populate=populate.categories)
def tree_by_recursive_include(request):
    categories = Category.objects.filter(parent=None)  # queryset
    return render(request, "accuracy/tree.html", {"categories": categories})


@n_plus_one(populate=populate.categories)
def tree_by_filter_on_parent(request):
    def walk(parent):
        for category in Category.objects.filter(parent=parent):  # culprit
            yield category.name
            yield from walk(category)

    return JsonResponse(list(walk(None)), safe=False)


@fixed("tree_by_recursion")
@fixed("tree_by_stack")
@fixed("tree_by_recursive_include")
@fixed("tree_by_filter_on_parent")
def tree_in_one_query(request):
    children = {}
    for category in Category.objects.all():
        children.setdefault(category.parent_id, []).append(category)

    def walk(parent):
        return [{"name": one.name, "children": walk(one.pk)} for one in children.get(parent, ())]

    return JsonResponse(walk(None), safe=False)


@n_plus_one(
    "shelf.Category.parent",
    path=("parent", "parent__parent"),
    fix=mentions('select_related("parent', "tree"),
    marks=("category_breadcrumb",),
    populate=populate.categories,
)
def breadcrumb_of_every_leaf(request):
    leaves = Category.objects.filter(name__startswith="Leaf")  # queryset
    return HttpResponse("\n".join(leaf.breadcrumb() for leaf in leaves))


@fixed("breadcrumb_of_every_leaf")
def breadcrumb_of_every_leaf_fixed(request):
    leaves = Category.objects.select_related("parent__parent").filter(name__startswith="Leaf")
    return HttpResponse("\n".join(leaf.breadcrumb() for leaf in leaves))


@n_plus_one(
    "shelf.Category.children",
    path="children",
    fix='prefetch_related("children")',
    populate=populate.categories,
)
def one_level_of_children(request):
    roots = Category.objects.filter(parent__isnull=True)  # queryset
    rows = {root.name: [child.name for child in root.children.all()] for root in roots}  # culprit
    return JsonResponse(rows)


@clean(populate=populate.categories)
def breadcrumb_of_one_leaf(request):
    leaf = Category.objects.filter(name__startswith="Leaf").first()
    return HttpResponse(leaf.breadcrumb())


@clean(populate=populate.categories)
def parent_chain_in_one_line(request):
    leaf = Category.objects.filter(name__startswith="Leaf").latest("pk")
    return HttpResponse(leaf.parent.parent.name)


@clean(populate=populate.categories)
def two_levels_prefetched(request):
    roots = Category.objects.filter(parent=None).prefetch_related("children__children")
    rows = [[leaf.name for child in root.children.all() for leaf in child.children.all()] for root in roots]
    return JsonResponse(rows, safe=False)


@clean(populate=populate.categories)
def levels_by_id_lists(request):
    """A tree level by level: as many queries as levels."""
    level, names = list(Category.objects.filter(parent=None)), []
    while level:
        names += [category.name for category in level]
        level = list(Category.objects.filter(parent__in=level))
    return JsonResponse(names, safe=False)
