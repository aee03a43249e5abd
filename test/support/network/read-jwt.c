/* Reads a token with libjwt, as a receiver in C: read-jwt TOKEN SECRET. Prints exp and iat; fails if it is not valid. */
#include <jwt.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv) {
  jwt_t *jwt = NULL;
  if (argc != 3 || jwt_decode(&jwt, argv[1], (const unsigned char *)argv[2], strlen(argv[2])) != 0) return 1;
  /* libjwt takes a fraction for no integer; a real number comes as JSON. */
  printf("{\"exp\": %ld, \"iat\": %s}\n", jwt_get_grant_int(jwt, "exp"), jwt_get_grants_json(jwt, "iat"));
  jwt_free(jwt);
  return 0;
}
