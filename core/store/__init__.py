"""The case store: patients, visits, films, readers and readings, with a log that cannot be edited unseen."""

from core.store.backup import backup as backup
from core.store.backup import restore as restore
from core.store.blinded_reading import BlindedReading as BlindedReading
from core.store.blinded_reading import Status as Status
from core.store.connection import StoreError as StoreError
from core.store.connection import store_url as store_url
from core.store.log import Proof as Proof
from core.store.log import verify as verify
from core.store.marks import NOT_SCORABLE_REASONS as NOT_SCORABLE_REASONS
from core.store.marks import Mark as Mark
from core.store.marks import MarkedCell as MarkedCell
from core.store.records import OpenReading as OpenReading
from core.store.records import Order as Order
from core.store.records import StoredFilm as StoredFilm
from core.store.records import StoredVisit as StoredVisit
from core.store.store import Store as Store
