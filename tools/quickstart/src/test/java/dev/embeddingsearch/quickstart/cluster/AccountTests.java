/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.quickstart.cluster;

import static org.hamcrest.CoreMatchers.containsString;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;
import static org.junit.Assume.assumeTrue;

import com.sun.security.auth.module.UnixSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.Before;
import org.junit.Test;

public class AccountTests {

    private Path shared;

    // Not below the project: that may lie in a private folder.
    @Before
    public void createSharedFolder() throws Exception {
        shared = Files.createTempDirectory(Path.of("/tmp"), "account-tests-");
        shared.toFile().deleteOnExit();
        Files.setPosixFilePermissions(shared, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Test
    public void testReachableFolderIsTaken() throws Exception {
        Path wanted = shared.resolve("run");
        try {
            assertEquals(wanted, Account.current().folder(wanted));
            assertTrue(Files.isDirectory(wanted));
        } finally {
            Folders.delete(shared);
        }
    }

    @Test
    public void testPrivateParentSendsRootElsewhere() throws Exception {
        assumeTrue("only root hands over to another user", new UnixSystem().getUid() == 0);
        Files.setPosixFilePermissions(shared, PosixFilePermissions.fromString("rwx------"));
        Path wanted = shared.resolve("run");
        Account account = Account.current();
        Path folder = account.folder(wanted);
        try {
            assertNotEquals(wanted, folder);
            assertTrue(folder.getFileName().toString().startsWith(Account.FOLDER_PREFIX));
            assertFalse("an unused folder stayed", Files.exists(wanted));
            assertEquals(0, Commands.exitCode(account.command(List.of("test", "-w", folder.toString()))));
        } finally {
            Folders.delete(folder);
            Folders.delete(shared);
        }
    }

    @Test
    public void testUnusableJdkIsSaid() throws Exception {
        Account account = Account.current();
        SetupException refused = assertThrows(SetupException.class, () -> account.requireJdk(shared));
        assertThat(refused.getMessage(), containsString("[" + shared.resolve("bin/java") + "]"));
        Folders.delete(shared);
    }
}
