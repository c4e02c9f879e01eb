"""Where the order of a set is taken, read from the source: what is a set, and who goes through it.

What is a set is read from annotations, from what functions say that they give, and from what is
assigned; one that comes from elsewhere is not known. What a folder lists has no order either.
"""

import ast
from typing import Final

import attrs

from .test_architecture import Module, dotted

FOLDERS = frozenset({"iterdir", "glob", "rglob", "listdir", "scandir"})

Kind = str | tuple["Kind"] | None
"""What an expression is: "set", a container of one such kind, or nothing of interest."""

SET: Final = "set"
SETS = frozenset({"set", "frozenset", "Set", "AbstractSet", "MutableSet", "KeysView"})
BLIND = frozenset(
    {"sorted", "set", "frozenset", "any", "all", "sum", "len", "Counter", "max", "min"}
)
BLIND_METHODS = frozenset(
    {"update", "union", "intersection", "difference", "symmetric_difference"}
    | {"isdisjoint", "issubset", "issuperset", "difference_update", "intersection_update"}
)
TAKES_ORDER = frozenset(
    {"list", "tuple", "iter", "enumerate", "zip", "map", "filter", "deque", "chain", "islice"}
    | {"fromkeys", "join", "extend", "str", "repr", "reduce", "cycle", "dict"}
)
KEEPS = frozenset({"union", "intersection", "difference", "symmetric_difference", "copy"})


def kind_said(annotation: ast.expr | None) -> Kind:  # noqa: PLR0911 - one line a form
    """What an annotation says."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        return kind_said(ast.parse(annotation.value, mode="eval").body)
    if isinstance(annotation, ast.Name | ast.Attribute):
        return SET if dotted(annotation).split(".")[-1] in SETS else None
    if isinstance(annotation, ast.BinOp):
        return kind_said(annotation.left) or kind_said(annotation.right)
    if isinstance(annotation, ast.Subscript):
        outer = dotted(annotation.value).split(".")[-1]
        if outer in SETS:
            return SET
        inner = annotation.slice
        parts = inner.elts if isinstance(inner, ast.Tuple) else [inner]
        if outer in {"Final", "ClassVar", "Annotated", "Optional"}:
            return kind_said(parts[0])
        if outer in {"Callable", "type", "Literal"}:
            return None
        if not parts:  # tuple[()]
            return None
        found = kind_said(parts[-1] if len(parts) > 1 and not is_dots(parts[-1]) else parts[0])
        return (found,) if found is not None else None
    return None


def is_dots(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is ...


@attrs.define
class Known:
    """Names of the whole product that are sets wherever they are declared."""

    sets: dict[str, set[Kind]] = attrs.field(factory=dict)

    def declare(self, name: str, kind: Kind) -> None:
        self.sets.setdefault(name, set()).add(kind)

    def kind(self, name: str) -> Kind:
        kinds = self.sets.get(name, set())
        return next(iter(kinds)) if len(kinds) == 1 else None


def declared(modules: list[Module]) -> Known:
    """Attributes, constants, and what functions give."""
    known = Known()
    for module in modules:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                known.declare(node.name, kind_said(node.returns))
            elif isinstance(node, ast.AnnAssign):
                known.declare(dotted(node.target).split(".")[-1], kind_said(node.annotation))
        for statement in module.tree.body:
            if isinstance(statement, ast.Assign):
                kind = Reader(Known()).kind(statement.value)
                known.declare(dotted(statement.targets[0]), kind)
    return known


class Reader(ast.NodeVisitor):
    """Goes through a module in the order of its lines and notes where a set's order is taken."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self.found: list[str] = []
        self.scopes: list[dict[str, Kind]] = [{}]
        self.owner: dict[str, Kind] = {}  # attributes of `self`, in the class that is read
        self.blind: set[ast.expr] = set()  # whose order nobody sees

    # -- what an expression is

    def kind(self, node: ast.expr | None) -> Kind:  # noqa: C901, PLR0911 - one line a form
        match node:
            case ast.Set() | ast.SetComp():
                return SET
            case ast.Name(id=name):
                for scope in reversed(self.scopes):
                    if name in scope:
                        return scope[name]
                return self.known.kind(name) if name.isupper() else None
            case ast.Attribute(value=ast.Name(id="self"), attr=name) if name in self.owner:
                return self.owner[name]
            case ast.Attribute(attr=name):
                return self.known.kind(name)
            case ast.Call():
                return self.called(node)
            case ast.BinOp(op=ast.BitOr() | ast.BitAnd() | ast.Sub() | ast.BitXor()):
                sides = {self.kind(node.left), self.kind(node.right)}
                return SET if SET in sides or is_view(node.left) or is_view(node.right) else None
            case ast.IfExp():
                return self.kind(node.body) or self.kind(node.orelse)
            case ast.BoolOp():
                return next((kind for each in node.values if (kind := self.kind(each))), None)
            case ast.NamedExpr() | ast.Subscript():
                found = self.kind(node.value)
                return found if isinstance(node, ast.NamedExpr) else inside(found)
            case _:
                return None

    def called(self, node: ast.Call) -> Kind:  # noqa: PLR0911 - one line a form
        function = node.func.value if isinstance(node.func, ast.Subscript) else node.func
        if isinstance(function, ast.Name):
            if function.id in {"set", "frozenset"}:
                return SET
            return self.known.kind(function.id)
        if not isinstance(function, ast.Attribute):
            return None
        of = self.kind(function.value)
        if of == SET:
            return SET if function.attr in KEEPS else None
        if function.attr in {"get", "pop", "setdefault", "popleft"}:
            return inside(of)
        if function.attr == "values":
            return of
        return self.known.kind(function.attr)

    # -- where it is bound

    def bind(self, target: ast.expr, kind: Kind) -> None:
        if isinstance(target, ast.Name):
            self.scopes[-1][target.id] = kind

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        arguments = node.args
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        self.scopes.append({each.arg: kind_said(each.annotation) for each in every})
        self.generic_visit(node)
        self.scopes.pop()

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815 - the name that ast asks for

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        outer, self.owner = self.owner, {}
        for each in ast.walk(node):
            if isinstance(each, ast.AnnAssign):
                self.owner[dotted(each.target).split(".")[-1]] = kind_said(each.annotation)
            elif isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Attribute):
                self.owner.setdefault(each.targets[0].attr, self.kind(each.value))
            elif isinstance(each, ast.FunctionDef) and each.decorator_list:
                self.owner[each.name] = kind_said(each.returns)
        self.generic_visit(node)
        self.owner = outer

    def visit_Assign(self, node: ast.Assign) -> None:
        self.generic_visit(node)
        for target in node.targets:
            self.bind(target, self.kind(node.value))

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self.generic_visit(node)
        self.bind(node.target, kind_said(node.annotation))

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.generic_visit(node)
        self.bind(node.target, self.kind(node.value))

    # -- where its order is taken

    def note(self, node: ast.expr, words: str) -> None:
        self.found.append(f"{node.lineno}: {words} `{ast.unparse(node)}` in the order of a set")

    def took(self, node: ast.expr, words: str) -> None:
        if self.kind(node) == SET or is_folder(node):
            self.note(node, words)

    def each_of(self, target: ast.expr, source: ast.expr) -> None:
        """Bind what a loop goes through."""
        match target, source:
            case ast.Tuple(elts=[_, value]), ast.Call(func=ast.Attribute(value=of, attr="items")):
                self.bind(value, inside(self.kind(of)))
            case _:
                self.bind(target, inside(self.kind(source)))

    def visit_For(self, node: ast.For | ast.AsyncFor) -> None:
        self.took(node.iter, "goes through")
        self.each_of(node.target, node.iter)
        self.generic_visit(node)

    visit_AsyncFor = visit_For  # noqa: N815

    def visit_comprehended(
        self, node: ast.ListComp | ast.GeneratorExp | ast.DictComp | ast.SetComp
    ) -> None:
        self.scopes.append({})
        for each in node.generators:
            if node not in self.blind and not isinstance(node, ast.SetComp):
                self.took(each.iter, "goes through")
            self.each_of(each.target, each.iter)
        self.generic_visit(node)
        self.scopes.pop()

    visit_ListComp = visit_GeneratorExp = visit_comprehended  # noqa: N815
    visit_DictComp = visit_SetComp = visit_comprehended  # noqa: N815

    def visit_Call(self, node: ast.Call) -> None:
        name = dotted(node.func).split(".")[-1]
        has_key = any(word.arg == "key" for word in node.keywords) and name in {"min", "max"}
        is_method = isinstance(node.func, ast.Attribute)
        is_blind = name in BLIND_METHODS if is_method else name in BLIND and not has_key
        if is_method and name == "update":
            is_blind = self.kind(node.func.value) == SET  # type: ignore[attr-defined]  # a method
        for argument in node.args:
            if is_blind or node in self.blind:
                self.blind.add(argument)
            elif name in TAKES_ORDER or has_key:
                self.took(argument, f"{name} of")
        if isinstance(node.func, ast.Attribute) and name == "pop" and not node.args:
            self.took(node.func.value, "pops from")
        self.generic_visit(node)

    def visit_Starred(self, node: ast.Starred) -> None:
        if node not in self.blind:
            self.took(node.value, "unfolds")
        self.generic_visit(node)

    def visit_Set(self, node: ast.Set) -> None:
        self.blind.update(node.elts)
        self.generic_visit(node)

    def visit_YieldFrom(self, node: ast.YieldFrom) -> None:
        self.took(node.value, "gives")
        self.generic_visit(node)

    def visit_FormattedValue(self, node: ast.FormattedValue) -> None:
        self.took(node.value, "prints")
        self.generic_visit(node)


def inside(kind: Kind) -> Kind:
    return kind[0] if isinstance(kind, tuple) else None


def is_view(node: ast.expr) -> bool:
    """Whether it is `x.keys()`, with which an operator gives a set."""
    return isinstance(node, ast.Call) and dotted(node.func).endswith((".keys", ".items"))


def is_folder(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and dotted(node.func).split(".")[-1] in FOLDERS
