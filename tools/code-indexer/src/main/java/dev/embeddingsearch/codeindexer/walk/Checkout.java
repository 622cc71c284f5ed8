/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.walk;

import java.io.IOException;
import java.nio.file.Path;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;

/** What is checked out in a folder. */
public final class Checkout {

    private Checkout() {}

    /** The id of the commit, or nothing where there is none, or the folder is ignored in what is checked out. */
    public static String commit(Path folder) {
        if (IgnoreRules.isForeign(folder)) {
            return "";
        }
        FileRepositoryBuilder builder = new FileRepositoryBuilder().findGitDir(folder.toFile());
        if (builder.getGitDir() == null) {
            return "";
        }
        try (Repository repository = builder.build()) {
            ObjectId head = repository.resolve(Constants.HEAD);
            return head == null ? "" : head.name();
        } catch (IOException e) {
            // A folder that merely looks like a repository has no commit.
            return "";
        }
    }
}
