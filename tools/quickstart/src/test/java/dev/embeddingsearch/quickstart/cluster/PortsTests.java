/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.quickstart.cluster;

import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.junit.Test;

public class PortsTests {

    @Test
    public void testFreePortIsFree() throws Exception {
        int port = Ports.free();
        assertFalse(Ports.isBusy(port));
        Ports.requireFree(port, "A test", "--port");
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
