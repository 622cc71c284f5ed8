/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.walk;

import java.nio.file.Path;

/** What is checked out in a folder. */
public final class Checkout {

    private Checkout() {}

    /** The id of the commit, or nothing where there is none, or the folder is ignored in what is checked out. */
    public static String commit(Path folder) {
        return IgnoreRules.commit(folder);
    }
}
