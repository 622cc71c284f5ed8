/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.quickstart.cluster;

import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.junit.Test;

public class PortsTests {

    /** Another program may take the port in between; hardly five times. */
    @Test
    public void testFreePortIsFree() throws Exception {
        int tries = 1;
        int port = Ports.free();
        while (Ports.isBusy(port)) {
            assertTrue("none of " + tries + " ports was free", ++tries <= 5);
            port = Ports.free();
        }
    }

    @Test
    public void testTakenPortIsRefused() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String message = assertThrows(
                            SetupException.class, () -> Ports.requireFree(taken.getLocalPort(), "A test", "--port"))
                    .getMessage();
            assertTrue(message, message.startsWith("A test needs port [" + taken.getLocalPort() + "]"));
        }
    }

    @Test
    public void testListenerOnAllAddressesMakesAPortBusy() throws Exception {
        try (ServerSocket everywhere = new ServerSocket()) {
            everywhere.bind(new InetSocketAddress(0));
            assertTrue(Ports.isBusy(everywhere.getLocalPort()));
        }
    }

    @Test
    public void testBoundPortIsBusyBeforeItListens() throws Exception {
        try (Socket bound = new Socket()) {
            bound.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            assertTrue(Ports.isBusy(bound.getLocalPort()));
        }
    }
}
