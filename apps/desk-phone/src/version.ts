/** Version of the package; equal to package.json's, which a test holds. */
export const VERSION = '0.1.0';
