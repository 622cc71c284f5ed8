/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.faults;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongSupplier;
import javax.net.ServerSocketFactory;

/** Accepts connections, lets each die after so many bytes from the client, and knows which ones clients hold open. */
final class Connections extends ServerSocketFactory {

    private final LongSupplier lives;
    private final Queue<Mortal> accepted = new ConcurrentLinkedQueue<>();

    /**
     * @param lives gives each connection the number of bytes it reads before it dies
     */
    Connections(LongSupplier lives) {
        this.lives = lives;
    }

    /** A socket that closes itself once it has read so much. */
    private static final class Mortal extends Socket {

        private final long life;
        private long read;

        Mortal(long life) {
            this.life = life;
        }

        @Override
        public InputStream getInputStream() throws IOException {
            return new FilterInputStream(super.getInputStream()) {
                @Override
                public int read() throws IOException {
                    byte[] one = new byte[1];
                    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
                }

                @Override
                public int read(byte[] bytes, int offset, int length) throws IOException {
                    if (read >= life) {
                        Mortal.this.close();
                        throw new SocketException("this connection has read its [" + life + "] bytes");
                    }
                    int n = in.read(bytes, offset, (int) Math.min(length, life - read));
                    read += Math.max(0, n);
                    return n;
                }
            };
        }

        /** Whether the client has not closed its side, once all it sent is read. */
        boolean heldByClient() throws IOException {
            try {
                setSoTimeout(1);
                return super.getInputStream().read(new byte[8192]) >= 0;
            } catch (SocketTimeoutException e) {
                return true;
            } catch (SocketException e) {
                return false; // closed here or reset there
            }
        }
    }

    /** How many connections clients hold open. Only for when no call is under way: it reads what comes. */
    int heldByClients() throws IOException {
        int held = 0;
        for (Mortal socket : accepted) {
            held += socket.heldByClient() ? 1 : 0;
        }
        return held;
    }

    int count() {
        return accepted.size();
    }

    @Override
    public ServerSocket createServerSocket() throws IOException {
        return new ServerSocket() {
            @Override
            public Socket accept() throws IOException {
                Mortal socket = new Mortal(lives.getAsLong());
                implAccept(socket);
                accepted.add(socket);
                return socket;
            }
        };
    }

    @Override
    public ServerSocket createServerSocket(int port) {
        throw new UnsupportedOperationException("bind it yourself");
    }

    @Override
    public ServerSocket createServerSocket(int port, int backlog) {
        throw new UnsupportedOperationException("bind it yourself");
    }

    @Override
    public ServerSocket createServerSocket(int port, int backlog, InetAddress address) {
        throw new UnsupportedOperationException("bind it yourself");
    }
}
