/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.quickstart.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;

/** TCP ports of the loopback address. */
public final class Ports {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);

    private Ports() {}

    /** A port that nothing listens on at this moment. */
    public static int free() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /**
     * Refuses a port that something else listens on.
     *
     * @param user what wants the port, as the subject of a sentence
     * @param flag the option that chooses another one
     */
    public static void requireFree(int port, String user, String flag) {
        if (isBusy(port)) {
            throw new SetupException(
                    "%s needs port [%s] and another program listens on it: end that program, or choose "
                                    .formatted(user, port)
                            + "another port with %s.".formatted(flag));
        }
    }

    /** Whether a program listens on this port, on the loopback address or on all addresses. */
    public static boolean isBusy(int port) {
        return answers(port) || !canListen(port);
    }

    private static boolean answers(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(address(port), (int) CONNECT_TIMEOUT.toMillis());
            return true;
        } catch (IOException nobodyThere) {
            return false;
        }
    }

    private static boolean canListen(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(address(port), 1);
            return true;
        } catch (IOException taken) {
            return false;
        }
    }

    private static InetSocketAddress address(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }
}
