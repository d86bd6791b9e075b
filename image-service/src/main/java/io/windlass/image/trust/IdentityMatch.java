package io.windlass.image.trust;

import io.windlass.image.reference.ImageReference;
import io.windlass.image.reference.Repository;

/** Which names a signature may give to an image that is asked for: {@code signedIdentity} of containers-policy.json(5). */
sealed interface IdentityMatch {
    boolean accepts(ImageReference asked, SignedName signed);

    /** The name that was asked for, with its tag or digest. */
    record Exact() implements IdentityMatch {
        @Override
        public boolean accepts(ImageReference asked, SignedName signed) {
            return signed.is(asked);
        }
    }

    /** The same; where a digest was asked for, which says the content itself, the repository will do. */
    record RepoDigestOrExact() implements IdentityMatch {
        @Override
        public boolean accepts(ImageReference asked, SignedName signed) {
            return asked.digest().isPresent() ? signed.repository().equals(asked.repository()) : signed.is(asked);
        }
    }

    /** The repository that was asked for, whatever the tag. */
    record SameRepository() implements IdentityMatch {
        @Override
        public boolean accepts(ImageReference asked, SignedName signed) {
            return signed.repository().equals(asked.repository());
        }
    }

    /** One name, whatever was asked for. */
    record ExactReference(SignedName name) implements IdentityMatch {
        @Override
        public boolean accepts(ImageReference asked, SignedName signed) {
            return signed.equals(name);
        }
    }

    /** One repository, whatever was asked for. */
    record ExactRepository(Repository repository) implements IdentityMatch {
        @Override
        public boolean accepts(ImageReference asked, SignedName signed) {
            return signed.repository().equals(repository);
        }
    }

    /** For copies: repositories below {@code prefix} are signed as if they were below {@code signedPrefix}. */
    record Remap(String prefix, String signedPrefix) implements IdentityMatch {
        @Override
        public boolean accepts(ImageReference asked, SignedName signed) {
            return new RepoDigestOrExact().accepts(remapped(asked), signed);
        }

        private ImageReference remapped(ImageReference asked) {
            String name = asked.repository().toString();
            if (!name.equals(prefix) && !name.startsWith(prefix + "/")) {
                return asked;
            }
            Repository there = SignedName.repository(signedPrefix + name.substring(prefix.length()));
            return new ImageReference(there, asked.tag(), asked.digest());
        }
    }
}
