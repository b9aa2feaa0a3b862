"""What written mathematics means: shapes and values, names, derivatives, the network a document works.

values
    `denote` takes a tree to its value, by a `reading` of the names in a `scope` at a point. Values are `arrays` over
    the scalars of `algebra`: balls, or formulas (`over_sympy`, `symbolic`). What needs rules of its own: `products`,
    `derivatives`, `activations`, `indices`, dots (`patterns`), sums nobody writes (`einstein`); `choices` are the ways
    to read what can be read in several, `nesting` bounds how deep it goes.
names
    `keys`: one for all spellings of a name. `subjects`: what an equation is about. `functions`: what a document
    defines.
networks
    `network`: equations, values, derivatives of any by any; `small`: as much of it as one formula needs; `kept`: once
    for many documents.

    - by a description, `followed`: its quantities in every spelling (`described`, `printed`, and `loosely`);
    - by the document itself: `collecting` notes in `sources` what it says (`ambiguous` names, `conventions` of letters,
      `customary` equations, `activated` and `weighted` sums in numbers), `gathered` makes a scope of that, `builder`
      the network: its `equations`, how far indices `reach`, what it ends in (`upstream`), figures that are
      `unexplained`. Then `signals` (δ, updates), what its programme computed (`ran`), the layers its equations make
      (`layered`).
laws
    An instance of a document without numbers: `wording` puts it in common words, `lettered` reads index letters as
    layers, `instance` fills in what is left open, `shapes` gives the `families` of names those that are `fitting`.
    `mapped` changes the nodes of statements.
"""
