/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.split;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.treesitter.TSNode;

/** A node of a syntax tree, in characters of the text. Must not outlive its tree. */
final class Syntax {

    private final TSNode node;
    private final SourceText source;

    Syntax(TSNode node, SourceText source) {
        this.node = node;
        this.source = source;
    }

    String type() {
        return node.getType();
    }

    boolean named() {
        return node.isNamed();
    }

    // The tree counts bytes of UTF-16.
    int start() {
        return node.getStartByte() / Character.BYTES;
    }

    int end() {
        return node.getEndByte() / Character.BYTES;
    }

    String text() {
        return source.slice(start(), end());
    }

    Optional<Syntax> field(String name) {
        return present(node.getChildByFieldName(name));
    }

    int namedChildren() {
        return node.getNamedChildCount();
    }

    /** Slow for the late ones of many. */
    Optional<Syntax> namedChild(int index) {
        return index < namedChildren() ? present(node.getNamedChild(index)) : Optional.empty();
    }

    /** Its first children, to look for what stands early. */
    List<Syntax> firstChildren(int most) {
        List<Syntax> children = new ArrayList<>();
        for (int i = 0; i < Math.min(most, namedChildren()); i++) {
            namedChild(i).ifPresent(children::add);
        }
        return children;
    }

    private Optional<Syntax> present(TSNode child) {
        return child == null || child.isNull() ? Optional.empty() : Optional.of(new Syntax(child, source));
    }
}
