/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.split;

import java.util.ArrayList;
import java.util.List;

/**
 * Where declarations are met.
 *
 * @param path names of all around, joined by dots
 * @param type whether functions in it are methods
 * @param units collects what is declared in it
 */
record Scope(String path, boolean type, List<Unit> units) {

    static Scope file() {
        return new Scope("", false, new ArrayList<>());
    }

    /** One whose declarations still belong to the unit around. */
    Scope named(String name, boolean type) {
        return new Scope(join(name), type, units);
    }

    /** One that is a unit of its own. */
    Scope unit(String name, boolean type) {
        return new Scope(join(name), type, new ArrayList<>());
    }

    String join(String name) {
        if (name.isEmpty()) {
            return path;
        }
        return path.isEmpty() ? name : path + "." + name;
    }

    /** The innermost name. */
    String last() {
        return path.substring(path.lastIndexOf('.') + 1);
    }
}
