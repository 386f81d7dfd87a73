-- A rail operator: the schema that the requests of requests.txt are about.  Some names occur in several tables on purpose.
CREATE TABLE stations (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code varchar(5) NOT NULL CONSTRAINT stations_code_key UNIQUE,
    name text NOT NULL,
    region text,
    platforms integer NOT NULL DEFAULT 2,
    opened date,
    latitude numeric(9,6),
    longitude numeric(9,6),
    facilities jsonb,
    remarks text
);
CREATE INDEX stations_region_idx ON stations (region);
CREATE TABLE rail_lines (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code varchar(8) NOT NULL,
    title varchar(80) NOT NULL,
    colour varchar(7) DEFAULT '#000000',
    length_km numeric(6,1),
    electrified boolean NOT NULL DEFAULT false,
    legacy_ref text
);
CREATE TABLE depots (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    station_id bigint CONSTRAINT depots_station_fk REFERENCES stations (id),
    capacity smallint,
    phone varchar(20),
    postcode text,
    CONSTRAINT depots_capacity_check CHECK (capacity > 0)
);
CREATE TABLE trainsets (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    fleet_number varchar(12) NOT NULL CONSTRAINT trainsets_fleet_number_key UNIQUE,
    model text,
    manufacturer text,
    depot_id bigint,
    seats integer,
    top_speed integer DEFAULT 160,
    status text DEFAULT 'active',
    commissioned date,
    features text[]
);
CREATE INDEX trainsets_status_idx ON trainsets (status);
CREATE TABLE drivers (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    staff_no varchar(10),
    full_name text NOT NULL,
    email varchar(100) NOT NULL,
    mobile text,
    fax text,
    depot_id bigint NOT NULL CONSTRAINT drivers_depot_fk REFERENCES depots (id),
    supervisor_id bigint,
    licence_expires date,
    grade smallint NOT NULL DEFAULT 1,
    on_leave boolean DEFAULT false
);
CREATE INDEX drivers_email_idx ON drivers (email);
CREATE TABLE services (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    line_id bigint NOT NULL CONSTRAINT services_line_fk REFERENCES rail_lines (id),
    trainset_id bigint,
    driver_id bigint CONSTRAINT services_driver_fk REFERENCES drivers (id),
    headcode varchar(4) NOT NULL,
    departs timestamp NOT NULL,
    arrives timestamp,
    state text DEFAULT 'planned',
    delay_minutes integer DEFAULT 0,
    cancel_reason text,
    CONSTRAINT services_delay_check CHECK (delay_minutes >= 0)
);
CREATE INDEX services_departs_idx ON services (departs);
CREATE TABLE service_stops (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    service_id bigint NOT NULL,
    station_id bigint NOT NULL CONSTRAINT service_stops_station_fk REFERENCES stations (id),
    sequence integer NOT NULL,
    platform varchar(4),
    due_time time,
    request_only boolean,
    CONSTRAINT service_stops_sequence_key UNIQUE (service_id, sequence)
);
CREATE TABLE inspections (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    trainset_id bigint NOT NULL CONSTRAINT inspections_trainset_fk REFERENCES trainsets (id),
    inspector text,
    result text NOT NULL DEFAULT 'pending',
    mileage integer,
    cost numeric(8,2),
    findings text,
    performed_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX inspections_performed_idx ON inspections (performed_at);
CREATE TABLE incidents (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    service_id bigint,
    reported_by bigint,
    severity integer,
    summary varchar(140) NOT NULL,
    details text,
    occurred_at timestamp,
    resolved boolean DEFAULT false,
    CONSTRAINT incidents_severity_check CHECK (severity BETWEEN 1 AND 5)
);
CREATE INDEX incidents_severity_idx ON incidents (severity);
CREATE TABLE lost_items (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    station_id bigint CONSTRAINT lost_items_station_fk REFERENCES stations (id),
    description text,
    found_at timestamptz,
    claimed_by text,
    shelf varchar(10),
    storage_ref text
);
